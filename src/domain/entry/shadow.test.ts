import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareScans, type Difference, type OldScan, type OurScan } from './shadow.ts';
import type { Reason, Verdict } from './verdict.ts';

function old(line: number, isAdmitted: boolean, reason: string | null = null): OldScan {
  return { line, gate: 'N1', isAdmitted, reason };
}

function ours(verdict: Verdict, reason: Reason | null = null): OurScan {
  return { gate: 'N2', verdict, reason };
}

function compare(there: OldScan[], here: OurScan[], isKnown = true): Difference[] {
  return compareScans({ ticketRef: 'T', direction: 'in', isKnown, old: there, ours: here });
}

function words(differences: readonly Difference[]) {
  return differences.map(({ kind, line, why }) => [kind, line, why]);
}

test('scans that both decided alike are no difference', () => {
  const alike = compare(
    [old(2, true), old(3, false, 'used'), old(4, true)],
    [ours('admitted'), ours('refused', 'already-used'), ours('provisional')],
  );
  assert.deepEqual(alike, []);
});

test('the second scan there is set beside the second here, not beside the first', () => {
  const found = compare(
    [old(2, true), old(9, true)],
    [ours('admitted'), ours('refused', 'already-used')],
  );
  assert.deepEqual(words(found), [['decision', 9, 'we refused it: already-used']]);
});

test('decisions that differ carry our reason, or theirs where we admitted', () => {
  const [weRefused] = compare([old(2, true)], [ours('refused', 'wrong-gate')]);
  assert.deepEqual(weRefused, {
    kind: 'decision',
    line: 2,
    ticketRef: 'T',
    direction: 'in',
    gate: 'N2',
    old: 'admitted',
    ours: 'refused',
    why: 'we refused it: wrong-gate',
  });
  const theyRefused = compare([old(2, false, 'blacklist'), old(3, false)], [
    ours('admitted'),
    ours('admitted'),
  ] as const satisfies OurScan[]);
  assert.deepEqual(words(theyRefused), [
    ['decision', 2, 'the old system refused it: blacklist'],
    ['decision', 3, 'the old system refused it'],
  ]);
});

test('a referral is like neither admitting nor refusing', () => {
  const referred = ours('referred', 'check-id');
  for (const isAdmitted of [true, false]) {
    assert.deepEqual(words(compare([old(2, isAdmitted)], [referred])), [
      ['decision', 2, 'we referred it: check-id'],
    ]);
  }
});

test('what only one of them saw is named with where', () => {
  const [onlyOld] = compare([old(2, true), old(5, false)], [ours('admitted')]);
  assert.deepEqual(
    [onlyOld?.kind, onlyOld?.line, onlyOld?.gate, onlyOld?.old, onlyOld?.ours],
    ['only-old', 5, 'N1', 'refused', null],
  );
  const [onlyOurs] = compare([], [ours('refused', 'already-used')]);
  assert.deepEqual(
    [onlyOurs?.kind, onlyOurs?.line, onlyOurs?.gate, onlyOurs?.old, onlyOurs?.ours],
    ['only-ours', null, 'N2', null, 'refused'],
  );
});

test('a code that we do not have is named as that, unless both refused it', () => {
  const unknown = ours('refused', 'unknown');
  assert.deepEqual(words(compare([old(2, true)], [], false)), [
    ['unknown-code', 2, 'we do not have this code'],
  ]);
  assert.deepEqual(words(compare([old(2, true)], [unknown], false)), [
    ['unknown-code', 2, 'we refused it: unknown'],
  ]);
  assert.deepEqual(compare([old(2, false)], [unknown], false), []);
});
