import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import { fc } from '#testing/properties.ts';
import { arriveBy, type GateLoad } from './arrival.ts';
import { type Approach, type GateChoice, routeAdvice } from './route-advice.ts';

const startsAt = Date.parse('2026-11-29T19:30:00+08:00') as Instant;
const TIMES = {
  doorsAt: (startsAt - 120 * MINUTE_MS) as Instant,
  startsAt,
  timeZone: 'Asia/Shanghai',
};
const load = (people: number, lanes: number): GateLoad => ({ people, lanes, perLaneHour: 660 });

test('whoever follows the advice sits before the first whistle, if the gate can do it at all', () => {
  fc.assert(
    fc.property(fc.nat(30_000), fc.integer({ min: 1, max: 30 }), (people, lanes) => {
      const { at, waitMinutes } = arriveBy(TIMES, load(people, lanes));
      assert.ok(at >= TIMES.doorsAt && at <= startsAt - 20 * MINUTE_MS);
      const sitsAt = at + (waitMinutes + 10) * MINUTE_MS;
      assert.ok(sitsAt <= startsAt - 10 * MINUTE_MS || at === TIMES.doorsAt);
    }),
  );
});

test('more people never come later, more lanes never sooner', () => {
  fc.assert(
    fc.property(
      fc.nat(20_000),
      fc.nat(20_000),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (people, more, lanes, others) => {
        const at = arriveBy(TIMES, load(people, lanes)).at;
        assert.ok(arriveBy(TIMES, load(people + more, lanes)).at <= at);
        assert.ok(arriveBy(TIMES, load(people, lanes + others)).at >= at);
      },
    ),
  );
});

const gate = (id: string, people: number, isStepFree = false): GateChoice => ({
  id,
  name: { 'zh-CN': `${id} 口`, en: `Gate ${id}` },
  isStepFree,
  load: load(people, 4),
});
const from = (id: string, exit: string, isStepFree: boolean, walkMinutes = 6): Approach => ({
  gate: id,
  from: { 'zh-CN': `地铁 ${exit} 口`, en: `metro exit ${exit}` },
  isStepFree,
  walkMinutes,
});

test('whoever cannot climb steps is sent the way that has none, although it is the busier one', () => {
  const gates = [gate('N1', 500), gate('N3', 4_000, true)];
  const approaches = [from('N1', 'A', false), from('N3', 'A', false), from('N3', 'B', true, 9)];
  const advice = routeAdvice(TIMES, gates, approaches, true);
  assert.equal(advice.gate?.id, 'N3');
  assert.equal(advice.isStepFree, true);
  assert.deepEqual(advice.words, {
    'zh-CN': '从地铁 B 口过来，走无障碍通道到 N3 口，请在 19:00 前到达',
    en: 'Gate N3, step-free, from metro exit B: be there by 19:00',
  });
  const other = routeAdvice(TIMES, gates, approaches, false);
  assert.deepEqual(
    [other.gate?.id, other.words.en],
    ['N1', 'Gate N1, from metro exit A: be there by 19:10'],
  );
});

test('never says that a way is without steps where that is not known', () => {
  const advice = routeAdvice(TIMES, [gate('N1', 500)], [from('N1', 'A', true)], true);
  assert.equal(advice.isStepFree, false);
  assert.ok(!advice.words.en.includes('step-free') && !advice.words['zh-CN'].includes('无障碍'));
});

test('knows what to say where any gate will do', () => {
  const advice = routeAdvice(TIMES, [], [], false);
  assert.equal(advice.words.en, 'Any gate: be there by 18:45');
});
