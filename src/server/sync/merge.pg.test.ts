// Journals of several lanes that met on the same tickets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { foldCrossings, insideOf } from '#domain/entry/crossings.ts';
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import { word } from '../../testing/claim-store-under-test.ts';
import { DerbyEvening } from '../../testing/derby-evening.ts';
import { at, RULES } from '../../testing/entry.ts';
import { annulled, provisional } from '../../testing/lane-journal.ts';

const NOW = at('18:30');
const minutesAgo = (minutes: number) => (NOW - minutes * MINUTE_MS) as Instant;
const HUB = { verdict: 'admitted', rung: 'hub', revision: 7 } as const;

let evening: DerbyEvening;

before(async () => {
  evening = await DerbyEvening.open(NOW, 60);
});

after(async () => {
  await evening[Symbol.asyncDispose]();
});

test('a second admission on one ticket is a conflict naming both gates, whichever journal comes first', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const { code, serial } = await evening.ticket();
    const inside = await evening.inside();
    const uploads = [
      { journal: await evening.lane('N1'), entry: provisional(1, 'early', code, minutesAgo(9)) },
      { journal: await evening.lane('N3'), entry: provisional(1, 'late', code, minutesAgo(5)) },
    ];
    const counted: number[] = [];
    for (const index of order) {
      const { journal, entry } = uploads[index] ?? assert.fail();
      counted.push((await journal.upload(evening.node, [entry])).conflicts);
    }
    assert.deepEqual(counted, [0, 1]);
    assert.equal(await evening.inside(), inside + 2, 'both are inside');
    const [conflict, ...more] = await evening.conflictsOf(serial);
    assert.deepEqual(more, []);
    assert.deepEqual([conflict?.holder.gate, conflict?.intruder.gate], ['N1', 'N3']);
  }
});

test('names the true first holder once the earliest journal has come, and settles what an annulment cures', async () => {
  const { code, serial } = await evening.ticket();
  const [a, b, c] = [await evening.lane('N1'), await evening.lane('N3'), await evening.lane('S1')];
  await c.upload(evening.node, [provisional(1, 'c', code, minutesAgo(2))]);
  await b.upload(evening.node, [provisional(1, 'b', code, minutesAgo(4))]);
  const before = await a.upload(evening.node, [provisional(1, 'a', code, minutesAgo(6))]);
  assert.equal(before.conflicts, 1, 'b, which was the holder before');
  const gates = (await evening.conflictsOf(serial)).map(({ holder, intruder }) => [
    holder.gate,
    intruder.gate,
  ]);
  assert.deepEqual(gates, [
    ['N1', 'N3'],
    ['N1', 'S1'],
  ]);
  await a.upload(evening.node, [annulled(2, 'a', minutesAgo(6))]);
  const open = (await evening.conflictsOf(serial)).filter((each) => each.resolved_at === null);
  assert.deepEqual(
    open.map(({ holder, intruder }) => [holder.gate, intruder.gate]),
    [['N3', 'S1']],
  );
});

test('refused by the hub unheard, let in by the lane: both holders are inside and in conflict', async () => {
  const { code, serial } = await evening.ticket();
  const [holder, slow] = [await evening.lane('N1'), await evening.lane('N3')];
  assert.equal(word(await evening.node.scan(holder.device, 'first', code)), 'admitted');
  // The answer to this one never reached its lane, which then decided alone under the same scanId.
  assert.equal(word(await evening.node.scan(slow.device, 'unheard', code)), 'already-used');
  const receipt = await slow.upload(evening.node, [provisional(1, 'unheard', code, NOW)]);
  assert.equal(receipt.conflicts, 1);
  const [conflict] = await evening.conflictsOf(serial);
  assert.deepEqual([conflict?.holder.gate, conflict?.intruder.gate], ['N1', 'N3']);
  assert.equal((await evening.crossingsOf(serial)).length, 2);
  assert.equal(word(await evening.node.scan(slow.device, 'unheard', code)), 'already-used');
  assert.equal(
    (await slow.upload(evening.node, [provisional(1, 'unheard', code, NOW)])).conflicts,
    0,
  );
});

test('in whatever order and parts two lanes’ journals are merged, the same people are in', async () => {
  const expected: unknown[] = [];
  for (let round = 0; round < 4; round += 1) {
    const tickets = [await evening.ticket(), await evening.ticket(), await evening.ticket()];
    const [a, b] = [await evening.lane('N1'), await evening.lane('N3')];
    const code = (index: number) => tickets[index]?.code ?? '';
    const uploads = [
      [a, provisional(1, `a1-${round}`, code(0), minutesAgo(20))],
      [a, provisional(2, `a2-${round}`, code(1), minutesAgo(18))],
      [a, annulled(3, `a2-${round}`, minutesAgo(18))],
      [a, provisional(4, `a4-${round}`, code(2), minutesAgo(10))],
      [b, provisional(1, `b1-${round}`, code(0), minutesAgo(19))],
      [b, provisional(2, `b2-${round}`, code(1), minutesAgo(15))],
      [b, provisional(3, `b3-${round}`, code(2), minutesAgo(11), HUB)],
    ] as const;
    const inside = await evening.inside();
    for (const [journal, entry] of shuffled(uploads, round))
      await journal.upload(evening.node, [entry]);
    assert.deepEqual([await evening.pending(a), await evening.pending(b)], [0, 0]);
    const outcome = await Promise.all(
      tickets.map(async ({ serial }) => {
        const { slots, conflicts, surplus } = foldCrossings(
          await evening.crossingsOf(serial),
          RULES,
        );
        const noted = (await evening.conflictsOf(serial)).filter(
          (each) => each.resolved_at === null,
        );
        assert.equal(noted.length, conflicts.length);
        const pairs = noted.map(({ holder, intruder }) => [holder.gate, intruder.gate]);
        return { inside: insideOf({ slots, surplus }), holder: slots[0]?.entered.gate, pairs };
      }),
    );
    expected[0] ??= outcome;
    assert.deepEqual(outcome, expected[0], `round ${round}`);
    assert.equal(await evening.inside(), inside + 5);
  }
});

/** Another order each round, the same in every run. */
function shuffled<T>(items: readonly T[], round: number): T[] {
  let state = round * 7_919 + 1;
  const chance = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  return items
    .map((item) => ({ item, key: round === 0 ? 0 : chance() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
