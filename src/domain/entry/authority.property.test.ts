// What an authority promises, whatever happens in whatever order: scans sent twice, annulments, blocks,
// re-issues, exits and a clock that steps back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, SECOND_MS } from '#domain/kernel/instant.ts';
import { type Answer, type AuthorityScan, codeOf, ModelAuthority } from '#testing/authority.ts';
import { at } from '#testing/entry.ts';
import { fc } from '#testing/properties.ts';
import { foldCrossings, insideOf } from './crossings.ts';

type Act =
  | { readonly kind: 'scan'; readonly scan: AuthorityScan }
  | { readonly kind: 'annul'; readonly device: string; readonly scanId: string }
  | { readonly kind: 'block' | 'unblock' | 'reissue'; readonly serial: number };

type Step = { readonly act: Act; readonly passMs: number };

/** One act and what the authority answered to it. */
type Told = { readonly act: Act; readonly answer: Answer | 'scan-id-reused' | boolean | null };

const SERIALS = [1, 2];
const serial = fc.constantFrom(...SERIALS);
const device = fc.constantFrom('phone-1', 'phone-2');
// Few ids and codes, so that scans are often repeated and ids often used for something else.
const scanId = fc.integer({ min: 1, max: 9 }).map(String);
const code = fc.tuple(serial, fc.constantFrom(0, 0, 0, 1, 2)).map(([s, issue]) => codeOf(s, issue));
const direction = fc.constantFrom('in', 'in', 'in', 'out');

const scanned = fc
  .record({ device, scanId, direction, code })
  .map((scan): Act => ({ kind: 'scan', scan }));
const annulled = fc.record({ device, scanId }).map((which): Act => ({ kind: 'annul', ...which }));
const managed = fc.record({ kind: fc.constantFrom('block', 'unblock', 'reissue'), serial });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: scanned },
  { weight: 2, arbitrary: annulled },
  { weight: 1, arbitrary: managed },
);
const passMs = fc.constantFrom(0, 0, 1, -300, 20 * SECOND_MS, 400 * SECOND_MS);
const evening: fc.Arbitrary<Step[]> = fc.array(fc.record({ act, passMs }), { maxLength: 40 });
const rules = fc.record({
  admits: fc.integer({ min: 1, max: 3 }),
  reentry: fc.constantFrom('not-allowed', 'after-exit'),
  minutesBetween: fc.constantFrom(0, 5),
});

type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;

/** Plays an evening on a fresh authority and looks at it after every act. */
function play(each: Rules, steps: Step[], look: (told: Told, authority: ModelAuthority) => void) {
  const authority = new ModelAuthority(each, SERIALS);
  let now = at('18:00') as number;
  for (const { act: next, passMs: ms } of steps) {
    now += ms;
    look({ act: next, answer: perform(authority, next, now as Instant) }, authority);
  }
}

function perform(authority: ModelAuthority, each: Act, now: Instant): Told['answer'] {
  if (each.kind === 'scan') return authority.scan(each.scan, now);
  if (each.kind === 'annul') return authority.annul(each.device, each.scanId, now);
  if (each.kind === 'reissue') authority.reissue(each.serial);
  else authority.setBlocked(each.serial, each.kind === 'block');
  return null;
}

function isAdmitted({ act: each, answer }: Told): boolean {
  if (each.kind !== 'scan' || each.scan.direction !== 'in') return false;
  return answer !== null && typeof answer === 'object' && answer.verdict === 'admitted';
}

test('a scan never gets two answers, and an annulled one answers annulled for ever', () => {
  fc.assert(
    fc.property(rules, evening, (each, steps) => {
      const answers = new Map<string, { scan: AuthorityScan; answer: Answer }>();
      play(each, steps, ({ act: done, answer }) => {
        if (done.kind === 'annul' && answer === true) {
          const stored = answers.get(`${done.device} ${done.scanId}`);
          assert.equal(stored?.answer.verdict, 'admitted', 'only what was admitted is taken back');
          stored.answer = { verdict: 'refused', reason: 'annulled' };
        }
        if (done.kind !== 'scan' || typeof answer === 'boolean' || answer === null) return;
        const key = `${done.scan.device} ${done.scan.scanId}`;
        const stored = answers.get(key);
        if (stored === undefined) {
          assert.ok(answer !== 'scan-id-reused');
          answers.set(key, { scan: done.scan, answer });
        } else if (sameScan(stored.scan, done.scan)) assert.deepEqual(answer, stored.answer);
        else assert.equal(answer, 'scan-id-reused');
      });
    }),
    { numRuns: 400 },
  );
});

test('a ticket for n people never has more than n inside, and none of it is a conflict', () => {
  fc.assert(
    fc.property(rules, evening, (each, steps) => {
      play(each, steps, (_, authority) => {
        for (const one of SERIALS) {
          const crossings = authority.crossingsOf(one);
          const crossed = foldCrossings(crossings, each);
          assert.ok(insideOf(crossed) <= each.admits);
          assert.deepEqual(crossed.conflicts, []);
          assert.ok(headcount(crossings) <= each.admits, 'counted by hand, in the order told');
        }
      });
    }),
    { numRuns: 400 },
  );
});

test('where re-entry is not allowed, a ticket for n people admits n in the whole evening', () => {
  const onceOnly = rules.map((each) => ({ ...each, reentry: 'not-allowed' as const }));
  fc.assert(
    fc.property(onceOnly, evening, (each, steps) => {
      play(each, steps, (_, authority) => {
        for (const one of SERIALS) {
          const entries = authority.crossingsOf(one).filter((c) => c.direction === 'in');
          assert.ok(entries.filter((c) => c.annulledAt === null).length <= each.admits);
        }
      });
    }),
    { numRuns: 400 },
  );
});

test('an exit of a known ticket is never refused', () => {
  fc.assert(
    fc.property(rules, evening, (each, steps) => {
      play(each, steps, ({ act: done, answer }) => {
        if (done.kind !== 'scan' || done.scan.direction !== 'out') return;
        if (answer === 'scan-id-reused') return;
        assert.ok(typeof answer === 'object' && answer !== null);
        if (answer.reason !== 'annulled') assert.equal(answer.verdict, 'admitted');
      });
    }),
    { numRuns: 300 },
  );
});

test('after a block or a re-issue no new scan of the old code is admitted', () => {
  fc.assert(
    fc.property(rules, evening, (each, steps) => {
      const blocked = new Set<number>();
      const issue = new Map<number, number>();
      const seen = new Set<string>();
      play(each, steps, (told) => {
        const { act: done } = told;
        if (done.kind === 'block') blocked.add(done.serial);
        if (done.kind === 'unblock') blocked.delete(done.serial);
        if (done.kind === 'reissue') issue.set(done.serial, (issue.get(done.serial) ?? 0) + 1);
        if (done.kind !== 'scan') return;
        const key = `${done.scan.device} ${done.scan.scanId}`;
        const isRepeat = seen.has(key);
        seen.add(key);
        if (isRepeat || !isAdmitted(told)) return;
        const [one = 0, codeIssue] = done.scan.code.split('/').map(Number);
        assert.ok(!blocked.has(one), 'admitted although blocked');
        assert.equal(codeIssue, issue.get(one) ?? 0, 'admitted on a code that is not current');
      });
    }),
    { numRuns: 400 },
  );
});

test('the evenings played are worth playing: they admit, refuse, annul, repeat and let out', () => {
  const words = new Set<string>();
  const played = fc.sample(fc.tuple(rules, evening), { numRuns: 400, seed: 20261129 });
  for (const [each, steps] of played) {
    play(each, steps, ({ act: done, answer }) => {
      if (typeof answer === 'object' && answer !== null) words.add(answer.reason ?? answer.verdict);
      else words.add(`${done.kind} ${answer}`);
    });
  }
  const expected = ['admitted', 'blocked', 'revoked', 'already-used', 'already-inside', 'too-soon'];
  const other = ['annulled', 'annul true', 'annul false', 'scan scan-id-reused', 'reissue null'];
  for (const word of [...expected, ...other]) assert.ok(words.has(word), word);
});

function sameScan(a: AuthorityScan, b: AuthorityScan): boolean {
  return a.code === b.code && a.direction === b.direction;
}

function headcount(crossings: ReturnType<ModelAuthority['crossingsOf']>): number {
  let inside = 0;
  for (const { direction: way, annulledAt } of crossings) {
    if (annulledAt === null) inside = Math.max(0, inside + (way === 'in' ? 1 : -1));
  }
  return inside;
}
