import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeWitness } from './witness.ts';

const ENDS = new Map<string, number | null>([
  ['before', 7],
  ['settled', null],
]);
const PAST = { epoch: 'now', revision: 12, endOf: (epoch: string) => ENDS.get(epoch) };

for (const [epoch, revision, isBehind] of [
  ['now', 12, false],
  ['now', 13, true],
  ['before', 7, false],
  ['before', 8, true],
  ['settled', 99, false],
  ['never', 1, true],
] as const) {
  test(`a store at 12 ${isBehind ? 'is' : 'is not'} behind who saw ${revision} of epoch ${epoch}`, () => {
    const found = judgeWitness({ epoch, revision }, PAST, 'a lane');
    assert.equal(found !== null, isBehind);
    if (found !== null) assert.match(found.why, /^a lane has seen /);
    assert.equal(found?.unknownEpoch ?? null, epoch === 'never' ? 'never' : null);
  });
}
