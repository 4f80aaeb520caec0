import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import { lockEventHead } from '#server/entry/change-crossings.ts';
import { openEntryEpoch } from '#server/monitoring/evacuation.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { raiseFence } from '#server/venue/store.ts';
import { word } from '../../testing/claim-store-under-test.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { DerbyEvening } from '../../testing/derby-evening.ts';
import { at } from '../../testing/entry.ts';
import { annulled, provisional, turned } from '../../testing/lane-journal.ts';
import { replayLeftovers } from './replay.ts';

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

test('an admission by a lane alone is a crossing: the ticket is used, and where is known', async () => {
  const [journal, { code }] = [await evening.lane('N3'), await evening.ticket()];
  const inside = await evening.inside();
  await journal.upload(evening.node, [provisional(1, 'alone', code, minutesAgo(3))]);
  assert.equal(await evening.inside(), inside + 1);
  const later = await evening.other.scan((await evening.lane('N1')).device, 'later', code);
  assert.ok(later !== 'scan-id-reused');
  assert.equal(word(later), 'already-used');
  const when = new Date(minutesAgo(3)).toISOString();
  assert.deepEqual(later.first, { gate: 'N3', lane: null, at: when });
  const repeated = await evening.other.scan(journal.device, 'alone', code);
  assert.equal(word(repeated), 'provisional', 'the scan has the answer that it was given');
});

test('a scan answered by the hub and journalled by its lane is one scan, whichever comes first or both at once', async () => {
  const journal = await evening.lane('N1');
  const inside = await evening.inside();
  for (let index = 0; index < 12; index += 1) {
    const { code, serial } = await evening.ticket();
    const scanId = `one-${index}`;
    const entry = provisional(index + 1, scanId, code, NOW);
    const post = () => evening.other.scan(journal.device, scanId, code);
    const upload = () => journal.upload(evening.node, [entry]);
    if (index % 3 === 0) await post().then(upload);
    else if (index % 3 === 1) await upload().then(post);
    else await Promise.all([post(), upload()]);
    assert.equal((await evening.crossingsOf(serial)).length, 1);
    const { rowCount } = await evening.database.pool.query(
      'SELECT 1 FROM scans WHERE scan_id = $1',
      [scanId],
    );
    assert.equal(rowCount, 1);
  }
  assert.equal(await evening.inside(), inside + 12);
});

test('a scanId that the journal gives to another code is kept apart for people to look at', async () => {
  const [mine, theirs, journal] = [
    await evening.ticket(),
    await evening.ticket(),
    await evening.lane('N1'),
  ];
  await evening.node.scan(journal.device, 'same', mine.code);
  await journal.upload(evening.node, [provisional(1, 'same', theirs.code, NOW)]);
  assert.equal((await evening.crossingsOf(theirs.serial)).length, 0);
  const { rows } = await evening.database.pool.query(
    'SELECT entry, why FROM quarantined_entries WHERE journal_id = $1',
    [journal.journalId],
  );
  assert.equal(JSON.parse(rows[0].entry).code, theirs.code);
  assert.match(rows[0].why, /^scan-id-reused/);
});

test('exact answers that the store has lost are put back: nobody enters on them again', async () => {
  const journal = await evening.lane('N1');
  const [admitted, refused] = [await evening.ticket(), await evening.ticket()];
  await journal.upload(evening.node, [
    provisional(1, 'was-in', admitted.code, minutesAgo(8), HUB),
    provisional(2, 'was-no', refused.code, minutesAgo(7), {
      verdict: 'refused',
      reason: 'wrong-gate',
      rung: 'hub',
    }),
  ]);
  assert.equal(word(await evening.node.scan(journal.device, 'was-in', admitted.code)), 'admitted');
  assert.equal(word(await evening.node.scan(journal.device, 'was-no', refused.code)), 'wrong-gate');
  const elsewhere = (await evening.lane('N3')).device;
  assert.equal(word(await evening.other.scan(elsewhere, 'again', admitted.code)), 'already-used');
  assert.equal(word(await evening.other.scan(elsewhere, 'free', refused.code)), 'admitted');
  assert.equal((await evening.crossingsOf(admitted.serial))[0]?.isExact, true);
});

test('an annulled entry takes the crossing back, before or after its scan arrives, and blocks nothing', async () => {
  const [journal, { code, serial }] = [await evening.lane('N1'), await evening.ticket()];
  const late = await evening.ticket();
  const inside = await evening.inside();
  await journal.upload(evening.node, [annulled(3, 'x', minutesAgo(4))]);
  await journal.upload(evening.node, [turned(1, 'y', NOW)]);
  assert.equal(await evening.pending(journal), 1, 'its scan may still come');
  await journal.upload(evening.node, [provisional(2, 'x', code, minutesAgo(5))]);
  assert.equal(await evening.pending(journal), 0);
  assert.equal(await evening.inside(), inside);
  assert.equal((await evening.crossingsOf(serial))[0]?.annulledAt, minutesAgo(4));
  assert.equal(word(await evening.node.scan(journal.device, 'x', code)), 'annulled');
  assert.equal(word(await evening.node.scan(journal.device, 'x-again', code)), 'admitted');
  // Of a scan that nobody knows and of one that was refused: nothing to take back.
  await evening.node.scan(journal.device, 'no', code);
  const receipt = await journal.upload(evening.node, [
    annulled(4, 'nothing', NOW),
    annulled(5, 'no', NOW),
    provisional(6, 'late', late.code, NOW),
  ]);
  assert.equal(receipt.acceptedThrough, 6);
  assert.equal(await evening.pending(journal), 0);
  assert.equal((await evening.crossingsOf(late.serial)).length, 1);
});

test('what a crash left between storing and making true is made true once, by any node', async () => {
  const journal = await evening.lane('N1');
  const tickets = await Promise.all(Array.from({ length: 5 }, () => evening.ticket()));
  const entries = tickets.map(({ code }, index) =>
    provisional(index + 1, `left-${index}`, code, minutesAgo(5 - index)),
  );
  const inside = await evening.inside();
  await journal.store(evening.node, entries);
  assert.equal(await evening.inside(), inside);
  await Promise.all([
    replayLeftovers(evening.node.context),
    replayLeftovers(evening.other.context),
  ]);
  await replayLeftovers(evening.node.context);
  await journal.upload(evening.other, entries);
  assert.equal(await evening.inside(), inside + 5);
  assert.equal(await evening.pending(journal), 0);
});

test('an entry that cannot be made true holds up neither its journal nor those of other lanes', async () => {
  const [sick, well] = [await evening.lane('N1'), await evening.lane('N3')];
  const [one, two, three] = [
    await evening.ticket(),
    await evening.ticket(),
    await evening.ticket(),
  ];
  await sick.store(evening.node, [
    provisional(1, 'sick-1', one.code, NOW),
    provisional(2, 'sick-2', two.code, NOW),
  ]);
  await well.store(evening.node, [provisional(1, 'well-1', three.code, NOW)]);
  await evening.database.pool.query(
    `UPDATE journal_entries SET entry = '{"kind":"outcome","seq":1}' WHERE journal_id = $1 AND seq = 1`,
    [sick.journalId],
  );
  await replayLeftovers(evening.node.context);
  assert.equal(await evening.pending(sick), 1);
  for (const { serial } of [two, three])
    assert.equal((await evening.crossingsOf(serial)).length, 1);
  await evening.database.pool.query(
    'DELETE FROM journal_entries WHERE journal_id = $1 AND seq = 1',
    [sick.journalId],
  );
});

test('an admission with a ticket that has not arrived here yet waits for it, and is then a crossing', async () => {
  const journal = await evening.lane('N1');
  const serial = 61;
  const code = await evening.node.code(evening.event, serial);
  const inside = await evening.inside();
  const receipt = await journal.upload(evening.node, [provisional(1, 'sold', code, minutesAgo(2))]);
  assert.equal(receipt.acceptedThrough, 1);
  assert.equal(await evening.pending(journal), 1);
  await evening.node.importTickets(evening.event, derbyFile(), derbyTickets(1, ['adult'], serial));
  await replayLeftovers(evening.other.context);
  assert.equal(await evening.pending(journal), 0);
  assert.equal((await evening.crossingsOf(serial)).length, 1);
  assert.equal(await evening.inside(), inside + 1);
});

test('files what a lane did at the perimeter that a corrected file gives its gate', async () => {
  const { code, serial } = await evening.ticket();
  const journal = await evening.lane('N3');
  await evening.other.scan((await evening.lane('N1')).device, 'turnstile', code);
  await evening.node.importEvent(derbyFile({ cordonGate: 'N3', moreGates: ['S9'] }));
  const receipt = await journal.upload(evening.other, [provisional(1, 'cordon', code, NOW)]);
  assert.equal(receipt.conflicts, 0);
  const { rows } = await evening.database.pool.query(
    'SELECT checkpoint FROM claims WHERE serial = $1 ORDER BY checkpoint',
    [serial],
  );
  assert.deepEqual(rows, [{ checkpoint: 'cordon' }, { checkpoint: 'turnstile' }]);
});

test('after a re-admission, what happened before it counts nobody in or out of those who are in now', async () => {
  const journal = await evening.lane('N1');
  const [early, late] = [await evening.ticket(), await evening.ticket()];
  assert.equal(word(await evening.node.scan(journal.device, 'early', early.code)), 'admitted');
  const { context } = evening.node;
  await inTransaction(context.pool, async (client) => {
    const event = await lockEventHead(client, context.catalogue, evening.event);
    await openEntryEpoch(client, event, { id: 'evac-1', startedAt: NOW }, NOW);
    await raiseFence(client, evening.event);
  });
  assert.equal(await evening.inside(), 0);
  assert.equal(await evening.node.annul(journal.device, 'early'), 'annulled');
  assert.equal(await evening.inside(), 0);
  await journal.upload(evening.node, [provisional(1, 'told-late', late.code, minutesAgo(9))]);
  assert.equal(await evening.inside(), 0);
  const again = await evening.lane('N1');
  assert.equal(word(await evening.node.scan(again.device, 'again', late.code)), 'admitted');
});
