// Whatever boxes and hubs do, a lane answers in time, and what is gone costs it one slow scan.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { LadderWorld, type Manner, type Place } from '../../testing/ladder-world.ts';
import type { Tier } from './asking.ts';
import { FALSE_RECOVERY_WITHIN_MS } from './breaker.ts';

const DEADLINE_MS = 1_200;
const STRICT_MS = 2_500;
const RUNS = 200;

const answers = fc
  .integer({ min: 1, max: 140 })
  .map((afterMs): Manner => ({ kind: 'answers', afterMs }));
const anyManner: fc.Arbitrary<Manner> = fc.oneof(
  answers,
  fc.integer({ min: 100, max: 9_000 }).map((afterMs): Manner => ({ kind: 'answers', afterMs })),
  fc.integer({ min: 0, max: 900 }).map((afterMs): Manner => ({ kind: 'fails', afterMs })),
  fc.constant<Manner>({ kind: 'hangs' }),
);

/** One to three boxes and up to two hubs, each with a manner of its own in each stretch of 4 s. */
function places(
  manner: fc.Arbitrary<Manner>,
  stretches: number,
  hubsMax = 2,
): fc.Arbitrary<Place[]> {
  const manners = fc.array(manner, { minLength: stretches, maxLength: stretches });
  return fc
    .record({
      edges: fc.array(manners, { maxLength: 3 }),
      hubs: fc.array(manners, { maxLength: hubsMax }),
    })
    .filter(({ edges, hubs }) => edges.length + hubs.length > 0)
    .map(({ edges, hubs }) => [
      ...edges.map((each, index) => place(`edge-${index}`, 'edge', each)),
      ...hubs.map((each, index) => place(`hub-${index}`, 'hub', each)),
    ]);
}

function place(address: string, tier: Tier, manners: readonly Manner[]): Place {
  const manner = (atMs: number) =>
    manners[Math.min(manners.length - 1, Math.floor(atMs / 4_000))] ?? { kind: 'hangs' };
  return { address, tier, manner };
}

const scans = fc.array(
  fc.record({ gapMs: fc.integer({ min: 0, max: 1_500 }), isStrict: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 40,
  },
);

test('every scan gets exactly one verdict, within its deadline, whatever answers or does not', () => {
  fc.assert(
    fc.property(places(anyManner, 6), scans, (around, read) => {
      const world = new LadderWorld(around);
      let atMs = 0;
      for (const [index, { gapMs, isStrict }] of read.entries()) {
        atMs += gapMs;
        world.read(`scan-${index}`, atMs, isStrict);
      }
      world.run(atMs + 120_000);
      assert.equal(new Set(world.settled.map(({ scanId }) => scanId)).size, read.length);
      assert.equal(world.settled.length, read.length);
      for (const { scanId, afterMs } of world.settled) {
        const isStrict = read[Number(scanId.slice('scan-'.length))]?.isStrict;
        assert.ok(afterMs <= (isStrict === true ? STRICT_MS : DEADLINE_MS), `${scanId} ${afterMs}`);
      }
      assert.deepEqual(world.ladder.askings, [], 'nothing is listened for for ever');
      const alone = new Set(
        world.settled.filter(({ by }) => by === 'lane').map((each) => each.scanId),
      );
      for (const scanId of world.late)
        assert.ok(alone.has(scanId), 'late is only what came too late');
    }),
    { numRuns: RUNS },
  );
});

test('a scan is asked at each address at most once, the second box not before the hedge', () => {
  fc.assert(
    fc.property(places(anyManner, 1), (around) => {
      const world = new LadderWorld(around);
      world.read('scan', 0);
      world.run(60_000);
      const addresses = world.asked.map(({ address }) => address);
      assert.equal(new Set(addresses).size, addresses.length);
      const [first, second] = world.asked;
      if (first === undefined || second === undefined) return;
      const manner = around.find(({ address }) => address === first.address)?.manner(0);
      const hasFailed = manner?.kind === 'fails' && manner.afterMs <= second.atMs;
      assert.ok(hasFailed || second.atMs >= 150, `${second.atMs} ms`);
    }),
    { numRuns: RUNS },
  );
});

test('an outage of everything costs one slow scan', () => {
  fc.assert(
    fc.property(
      places(answers, 1),
      fc.integer({ min: 0, max: 20_000 }),
      fc.constantFrom<Manner>({ kind: 'hangs' }, { kind: 'answers', afterMs: 5_000 }),
      fc.integer({ min: 50, max: 400 }),
      (around, outageMs, manner, gapMs) => {
        const world = new LadderWorld(
          around.map((each) => ({
            ...each,
            manner: (atMs) => (atMs < outageMs ? each.manner(atMs) : manner),
          })),
        );
        // One after the other, as a lane takes them.
        for (let n = 0, atMs = 0; n < 150; n++) {
          world.read(`scan-${n}`, atMs);
          world.runUntilSettled(n + 1);
          const { afterMs = 0 } = world.settled[n] ?? {};
          atMs += Math.max(gapMs, afterMs);
        }
        const slow = world.settled.filter(({ afterMs }) => afterMs > 500);
        assert.ok(slow.length <= 1, `${slow.length} slow scans`);
      },
    ),
    { numRuns: RUNS },
  );
});

test('a line that flaps does not make the lane flap, and a line that stays is taken back', () => {
  fc.assert(
    fc.property(
      places(answers, 1),
      fc.integer({ min: 500, max: 5_000 }),
      fc.constantFrom<Manner>({ kind: 'hangs' }, { kind: 'fails', afterMs: 1 }),
      (around, halfMs, lost) => {
        const flapsUntilMs = 90_000;
        const world = new LadderWorld(
          around.map((each) => ({
            ...each,
            manner: (atMs) => {
              const isUp = atMs >= flapsUntilMs || Math.floor(atMs / halfMs) % 2 === 0;
              return isUp ? each.manner(atMs) : lost;
            },
          })),
        );
        for (let atMs = 0; atMs < flapsUntilMs; atMs += 250) world.read(`scan-${atMs}`, atMs);
        world.run(flapsUntilMs);
        const falls = world.moves.filter(({ to }) => to === 'provisional');
        assert.ok(falls.length <= 4, `${falls.length} falls in 90 s`);
        world.run(flapsUntilMs + FALSE_RECOVERY_WITHIN_MS + 20_000);
        const hasEdge = around.some(({ tier }) => tier === 'edge');
        assert.equal(world.ladder.rung, hasEdge ? 'edge' : 'hub');
      },
    ),
    { numRuns: RUNS },
  );
});

test('who answers in time decides: with anybody quick above, no scan is left to the lane', () => {
  fc.assert(
    fc.property(places(anyManner, 3, 1), answers, scans, (around, quick, read) => {
      const hub: Place = { address: 'hub-quick', tier: 'hub', manner: () => quick };
      const world = new LadderWorld([...around, hub]);
      let atMs = 0;
      for (const [index, { gapMs }] of read.entries()) {
        atMs += gapMs;
        world.read(`scan-${index}`, atMs);
      }
      world.run(atMs + 60_000);
      assert.ok(world.settled.every(({ by }) => by === 'above'));
      assert.ok(world.moves.every(({ to }) => to === 'hub' || to === 'edge'));
    }),
    { numRuns: RUNS },
  );
});
