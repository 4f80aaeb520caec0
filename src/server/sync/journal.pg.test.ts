import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { word } from '../../testing/claim-store-under-test.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { DerbyEvening } from '../../testing/derby-evening.ts';
import { at } from '../../testing/entry.ts';
import {
  annulled,
  LaneJournal,
  provisional,
  type RawEntry,
  turned,
} from '../../testing/lane-journal.ts';

const NOW = at('18:00');

let evening: DerbyEvening;

before(async () => {
  evening = await DerbyEvening.open(NOW, 60);
});

after(async () => {
  await evening[Symbol.asyncDispose]();
});

test('an upload repeated changes nothing and gets the same receipt', async () => {
  const journal = await evening.lane();
  const entries = [provisional(1, 'a', await evening.code(), NOW), turned(2, 'a', NOW)];
  const inside = await evening.inside();
  const first = await journal.upload(evening.node, entries);
  assert.deepEqual(first, {
    acceptedThrough: 2,
    durableThrough: 2,
    quarantined: [],
    conflicts: 0,
  });
  for (const again of [entries, entries.slice(1), entries.slice(0, 1), [...entries].reverse()]) {
    assert.deepEqual(await journal.upload(evening.other, again), first);
  }
  assert.equal(await evening.inside(), inside + 1);
});

test('accepts up to the first gap, and past it once it is filled, in whatever order parts come', async () => {
  const journal = await evening.lane();
  const entry = (seq: number) => turned(seq, `s-${seq}`, NOW);
  const through = async (...seqs: number[]) =>
    (await journal.upload(evening.node, seqs.map(entry))).acceptedThrough;
  assert.equal(await through(7, 6), 0);
  assert.equal(await through(1, 2, 2), 2);
  assert.equal(await through(4, 9), 2);
  assert.equal(await through(), 2, 'an empty upload asks how far it is');
  assert.equal(await through(3), 4);
  assert.equal(await through(8, 5), 9);
});

test('keeps what comes under a number already used, beside the first, and goes on', async () => {
  const journal = await evening.lane();
  const [code, cloned] = [await evening.code(), await evening.code()];
  await journal.upload(evening.node, [provisional(1, 'a', code, NOW)]);
  const clone = provisional(1, 'b', cloned, NOW);
  const receipt = await journal.upload(evening.node, [
    clone,
    provisional(2, 'c', await evening.code(), NOW),
  ]);
  assert.equal(receipt.acceptedThrough, 2);
  assert.deepEqual(
    receipt.quarantined.map(({ seq }) => seq),
    [1],
  );
  assert.match(receipt.quarantined[0]?.why ?? '', /cloned or restored lane/);
  const kept = await evening.quarantined(journal);
  assert.deepEqual(
    kept.map((row) => row.entry),
    [clone],
  );
  await journal.upload(evening.node, [clone]);
  assert.equal((await evening.quarantined(journal)).length, 1, 'kept once');
  const twice = [turned(3, 'd', NOW), turned(3, 'e', NOW)];
  assert.equal((await journal.upload(evening.node, twice)).acceptedThrough, 3);
  assert.equal((await evening.quarantined(journal)).length, 2, 'also within one upload');
});

test('a malformed entry is kept as it came, takes its number, and does not stop the others', async () => {
  const journal = await evening.lane();
  const good = await evening.code();
  const bad: RawEntry[] = [
    { seq: 1, kind: 'nonsense' },
    { seq: 2 },
    { ...provisional(3, 'x', good, NOW), verdict: 'perhaps' },
    { ...provisional(4, 'x', good, NOW), 'a\u0000field': 'b' },
    { ...provisional(5, 'x', good, NOW), scanId: 'no spaces allowed' },
    { ...provisional(6, 'x', good, NOW), scannedAt: 'tomorrow' },
    { seq: 7, kind: ['\ud800', { a: '\u0000' }] },
  ];
  const entries = [...bad, provisional(8, 'good', good, NOW)];
  const receipt = await journal.upload(evening.node, entries);
  assert.equal(receipt.acceptedThrough, 8);
  assert.deepEqual(
    receipt.quarantined.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7],
  );
  assert.match(receipt.quarantined[5]?.why ?? '', /^scannedAt: /);
  const kept = await evening.quarantined(journal);
  assert.deepEqual(
    kept.map((row) => row.entry),
    bad,
  );
  assert.equal(word(await evening.node.scan(journal.device, 'good', good)), 'provisional');
});

test('an entry nested a hundred thousand deep is set aside like any other', async () => {
  const journal = await evening.lane();
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const receipt = await journal.upload(evening.node, [{ seq: 1, deep }, turned(2, 'a', NOW)]);
  assert.equal(receipt.acceptedThrough, 2);
  assert.equal(receipt.quarantined.length, 1);
});

test('takes whatever a reader may read off a ticket: NUL, half a surrogate pair, emoji, 4,096 characters', async () => {
  const journal = await evening.lane();
  const texts = ['\u0000', 'A\u0000B', '\ud800', '\udfff\ud800', '🎟️', '\u202e', '字'.repeat(4_096)];
  const entries = texts.map((text, index) =>
    provisional(index + 1, `odd-${index}`, text, NOW, { verdict: 'refused', reason: 'unreadable' }),
  );
  const receipt = await journal.upload(evening.node, entries);
  assert.deepEqual(receipt.quarantined, []);
  assert.equal(receipt.acceptedThrough, texts.length);
  assert.equal((await journal.upload(evening.other, entries)).acceptedThrough, texts.length);
  const { rows } = await evening.database.pool.query(
    'SELECT entry FROM journal_entries WHERE journal_id = $1 ORDER BY seq',
    [journal.journalId],
  );
  assert.deepEqual(
    rows.map((row) => row.entry.code),
    texts,
    'kept to the letter',
  );
  assert.equal(await evening.pending(journal), 0);
});

test('takes times from clocks that stand at the beginning or the end of time', async () => {
  const journal = await evening.lane();
  const times = ['0000-01-01T00:00:00+14:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00'];
  for (const [index, scannedAt] of times.entries()) {
    const scanId = `time-${index}`;
    const entry = provisional(2 * index + 1, scanId, await evening.code(), NOW, { scannedAt });
    const undo = { ...annulled(2 * index + 2, scanId, NOW), at: scannedAt };
    await journal.upload(evening.node, [entry, undo]);
  }
  assert.equal(await evening.pending(journal), 0);
});

test('two uploads of one journal at once, whole or in halves, on two nodes, store each entry once', async () => {
  const journal = await evening.lane();
  const codes = await Promise.all(Array.from({ length: 10 }, () => evening.code()));
  const entries = codes.map((code, index) => provisional(index + 1, `p-${index}`, code, NOW));
  const inside = await evening.inside();
  const receipts = await Promise.all([
    journal.upload(evening.node, entries),
    journal.upload(evening.other, entries),
    journal.upload(evening.node, entries.slice(5)),
    journal.upload(evening.other, entries.slice(0, 5)),
  ]);
  assert.equal(Math.max(...receipts.map((receipt) => receipt.acceptedThrough)), 10);
  assert.equal((await journal.upload(evening.node, [])).acceptedThrough, 10);
  assert.equal(await evening.inside(), inside + 10);
  assert.deepEqual(await evening.quarantined(journal), []);
});

test('a phone restored from a copy, with a journal of its own, overwrites nothing', async () => {
  const device = await evening.node.enrol(evening.event, 'derby', 'N1');
  const [one, two] = [new LaneJournal(device), new LaneJournal(device)];
  const inside = await evening.inside();
  await one.upload(evening.node, [provisional(1, 'one', await evening.code(), NOW)]);
  const receipt = await two.upload(evening.node, [
    provisional(1, 'two', await evening.code(), NOW),
  ]);
  assert.deepEqual([receipt.acceptedThrough, receipt.quarantined], [1, []]);
  assert.equal(await evening.inside(), inside + 2);
});

test('a code of another match crosses nothing, neither here nor there', async () => {
  const cup = await evening.node.importEvent(derbyFile({ id: 'cup' }));
  await evening.node.importTickets(cup, derbyFile({ id: 'cup' }), derbyTickets(1));
  await evening.node.setStatus(cup, 'open');
  const code = await evening.node.code(cup, 1);
  const journal = await evening.lane();
  const inside = await evening.inside();
  await journal.upload(evening.node, [provisional(1, 'of-cup', code, NOW)]);
  assert.equal(await evening.pending(journal), 0);
  assert.equal(await evening.inside(), inside);
  assert.equal(await evening.node.inside(cup), 0);
  const atCup = await evening.node.enrol(cup, 'cup', 'N1');
  assert.equal(word(await evening.node.scan(atCup, 'own', code)), 'admitted');
});
