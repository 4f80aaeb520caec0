// Random histories told to a claim store through two nodes in turn and to the model in memory: every
// answer must be the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, MINUTE_MS, SECOND_MS } from '#domain/kernel/instant.ts';
import { fc, SEED } from '#testing/properties.ts';
import { codeOf, ModelAuthority } from './authority.ts';
import type { ClaimNode, OpenClaimStore } from './claim-store-under-test.ts';
import { at } from './entry.ts';

const SERIALS = [1, 2, 3];
const HISTORIES = 6;

const pick = <const T>(...values: readonly T[]) => fc.constantFrom(...values);
const scanOf = {
  node: pick(0, 1),
  device: pick('phone-1', 'phone-2'),
  /** Few, so that some are used twice. */
  scanId: pick(...Array.from({ length: 14 }, (_, index) => `scan-${index}`)),
};
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('scan' as const),
      ...scanOf,
      serial: pick(...SERIALS),
      /** Issues before the one now in force. */
      older: pick(0, 0, 0, 1),
      direction: pick('in', 'in', 'out'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('annul' as const), ...scanOf }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: pick('block', 'unblock', 'reissue'),
      node: pick(0, 1),
      serial: pick(...SERIALS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: pick(1, 40 * SECOND_MS, 8 * MINUTE_MS),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const rules = fc.record({
  reentry: pick('not-allowed', 'after-exit', 'always'),
  admits: pick(1, 1, 2),
  minutesBetween: pick(0, 0, 15),
});

export function testHistories(open: OpenClaimStore): void {
  test('answers random histories as the model does, whichever node is told what', async () => {
    const histories = fc.sample(
      fc.record({ rules, steps: fc.array(step, { minLength: 40, maxLength: 60 }) }),
      { numRuns: HISTORIES, seed: SEED },
    );
    for (const history of histories) {
      const changes = { entry: history.rules };
      await using store = await open({ tickets: SERIALS.length, changes });
      const model = new ModelAuthority(history.rules, SERIALS);
      let now = at('18:00');
      for (const [index, each] of history.steps.entries()) {
        if (each.kind === 'wait') now = (now + each.ms) as Instant;
        for (const node of store.nodes) node.clock.now = now;
        const code = codeFor(model, each);
        const said = await tellStore(store.nodes, each, code);
        const expected = tellModel(model, each, code, now);
        assert.deepEqual(said, expected, `seed ${SEED}, step ${index}: ${JSON.stringify(each)}`);
      }
    }
  });
}

function codeFor(model: ModelAuthority, step: Step): string {
  if (step.kind !== 'scan') return '';
  const { issue } = model.ticketOf(step.serial);
  return codeOf(step.serial, Math.max(0, issue - step.older));
}

async function tellStore(
  nodes: readonly [ClaimNode, ClaimNode],
  step: Step,
  code: string,
): Promise<unknown> {
  if (step.kind === 'wait') return null;
  const node = nodes[step.node === 0 ? 0 : 1];
  switch (step.kind) {
    case 'scan': {
      const { device, scanId, direction } = step;
      const answer = await node.scan({ device, scanId, direction, code });
      return answer === 'scan-id-reused' ? answer : [answer.verdict, answer.reason];
    }
    case 'annul':
      return (await node.annul(step.device, step.scanId)) === 'annulled';
    case 'reissue':
      await node.reissue(step.serial);
      return null;
    default:
      await node.setBlocked(step.serial, step.kind === 'block');
      return null;
  }
}

function tellModel(model: ModelAuthority, step: Step, code: string, now: Instant): unknown {
  switch (step.kind) {
    case 'wait':
      return null;
    case 'scan': {
      const { device, scanId, direction } = step;
      const answer = model.scan({ device, scanId, direction, code }, now);
      return answer === 'scan-id-reused' ? answer : [answer.verdict, answer.reason];
    }
    case 'annul':
      return model.annul(step.device, step.scanId, now);
    case 'reissue':
      model.reissue(step.serial);
      return null;
    default:
      model.setBlocked(step.serial, step.kind === 'block');
      return null;
  }
}
