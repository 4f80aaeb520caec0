// What lanes hear of one another, what is counted without a code, and when a journal is complete.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MINUTE_MS } from '../../domain/kernel/instant.ts';
import { unpackClaim } from '../../domain/sync/claims.ts';
import type { ClaimsPage } from '../../protocol/claims.ts';
import type { JournalEntry } from '../../protocol/journal.ts';
import { DerbyEvening } from '../../testing/derby-evening.ts';
import { at } from '../../testing/entry.ts';
import { annulled, LaneJournal, provisional, turned } from '../../testing/lane-journal.ts';
import { claimsHeadOf, claimsPageOf } from '../entry/claims-page.ts';
import { ClaimsTeller } from '../live/claims-teller.ts';
import { iso } from '../platform/clock.ts';
import { HttpProblem } from '../platform/http/problem.ts';
import { storeJournal } from './journal.ts';

const NOW = at('18:00');
const minutesAgo = (minutes: number) => NOW - minutes * MINUTE_MS;

let evening: DerbyEvening;

before(async () => {
  evening = await DerbyEvening.open(NOW, 600);
});

after(async () => {
  await evening[Symbol.asyncDispose]();
});

const pool = () => evening.node.context.pool;
const pageSince = (since: string | null, limit = 10_000) =>
  claimsPageOf(pool(), evening.event, since, limit);

/** What a lane that holds nothing else knows from this page. */
function known(page: ClaimsPage) {
  return page.claims.flatMap((row) => {
    const claim = unpackClaim(row, page);
    return claim === null ? [] : [claim];
  });
}

test('tells of what any node decides, of journals and of annulments, each after the last', async () => {
  const head = await claimsHeadOf(pool(), evening.event);
  const [n1, n3] = [await evening.lane('N1'), await evening.lane('N3')];
  const [live, told] = [await evening.ticket(), await evening.ticket()];
  await evening.node.scan(n1.device, 'live', live.code);
  const first = await pageSince(head);
  assert.deepEqual(
    known(first).map(({ serial, crossings }) => [serial, crossings.map(({ gate }) => gate)]),
    [[live.serial, ['N1']]],
  );
  await evening.other.scan(n3.device, 'refused', live.code);
  await n3.upload(evening.other, [provisional(1, 'alone', told.code, minutesAgo(2))]);
  const second = await pageSince(first.cursor);
  assert.deepEqual(
    known(second).map(({ serial, crossings }) => [serial, crossings[0]?.isExact]),
    [[told.serial, false]],
  );
  await n3.upload(evening.node, [annulled(2, 'alone', minutesAgo(1))]);
  const third = await pageSince(second.cursor);
  assert.deepEqual(known(third), [{ serial: told.serial, checkpoint: 'turnstile', crossings: [] }]);
  assert.deepEqual((await pageSince(third.cursor)).claims, []);
});

test('everyone’s crossings come in pages without a gap, in at most 40 bytes each', async () => {
  const lane = await evening.lane('N1');
  for (let n = 0; n < 60; n++) {
    await evening.node.scan(lane.device, `page-${n}`, await evening.code());
  }
  const whole = await pageSince(null);
  const bytes = Buffer.byteLength(JSON.stringify(whole.claims));
  assert.ok(bytes / whole.claims.length <= 40, `${bytes / whole.claims.length} bytes each`);
  const serials = new Set<number>();
  let page = await pageSince(null, 7);
  for (;;) {
    for (const { serial } of known(page)) serials.add(serial);
    if (!page.hasMore) break;
    const next = await pageSince(page.cursor, 7);
    assert.equal(next.after, page.cursor);
    page = next;
  }
  assert.deepEqual(serials, new Set(known(whole).map(({ serial }) => serial)));
  assert.equal(page.cursor, whole.cursor);
});

test('a cursor of another store, or beyond this one, is refused: start anew', async () => {
  const [epoch = '', revision = '0'] = (await claimsHeadOf(pool(), evening.event)).split(':');
  const refusedAs = (code: string) => (error: unknown) =>
    error instanceof HttpProblem && error.code === code;
  await assert.rejects(pageSince(`${epoch}:${Number(revision) + 1}`), refusedAs('cursor-expired'));
  await assert.rejects(pageSince('other.1:1'), refusedAs('cursor-expired'));
  await assert.rejects(pageSince('nonsense'), refusedAs('malformed-request'));
});

test('pages that are told follow one another, though nobody crossed in between', async () => {
  const teller = new ClaimsTeller(pool(), evening.event);
  await teller.begin();
  const lane = await evening.lane('N1');
  const { code } = await evening.ticket();
  await evening.node.scan(lane.device, 'told-1', code);
  const [one] = await teller.next();
  await evening.node.scan(lane.device, 'told-2', code);
  assert.deepEqual(await teller.next(), []);
  await evening.node.scan(lane.device, 'told-3', await evening.code());
  const [two] = await teller.next();
  assert.equal(two?.after, one?.cursor);
});

test('people counted by eye are inside, once, and are scans that everybody can see', async () => {
  const lane = await evening.lane('N1');
  const inside = await evening.inside();
  const entries: JournalEntry[] = [
    { kind: 'counted', seq: 1, direction: 'in', people: 4, rung: 'visual', at: iso(minutesAgo(3)) },
    { kind: 'counted', seq: 2, direction: 'out', people: 1, rung: 'open', at: iso(minutesAgo(2)) },
    provisional(3, 'open-1', 'NOTHING-KNOWN', minutesAgo(1), { rung: 'open' }),
  ];
  for (let times = 0; times < 2; times++) await lane.upload(evening.node, entries);
  assert.equal(await evening.inside(), inside + 4);
  const { rows } = await pool().query<{ n: string; people: string }>(
    `SELECT count(*) AS n, sum(inside) AS people FROM scans WHERE device = $1`,
    [lane.device.id],
  );
  assert.deepEqual(rows, [{ n: '6', people: '4' }]);
});

test('an exit that is counted takes nobody away who is not there', async () => {
  const empty = await DerbyEvening.open(NOW, 1);
  try {
    const lane = await empty.lane('N1');
    const out = { kind: 'counted', seq: 1, direction: 'out', people: 9 } as const;
    await lane.upload(empty.node, [{ ...out, rung: 'open', at: iso(NOW) }]);
    assert.equal(await empty.inside(), 0);
  } finally {
    await empty[Symbol.asyncDispose]();
  }
});

test('a journal with a gap is not complete, whatever its lane says', async () => {
  const lane = await evening.lane('N1');
  const completedAt = async () => {
    const { rows } = await pool().query<{ completed_at: Date | null }>(
      'SELECT completed_at FROM journals WHERE device = $1',
      [lane.device.id],
    );
    return rows[0]?.completed_at ?? null;
  };
  const send = (seqs: readonly number[], more: { lastSeq?: number; leftOut?: number[] } = {}) =>
    storeJournal(
      pool(),
      lane.device,
      {
        journalId: lane.journalId,
        entries: seqs.map((seq) => turned(seq, `s-${seq}`, NOW)),
        isComplete: true,
        ...more,
      },
      new Date(NOW),
    );
  await send([2, 3]);
  assert.equal(await completedAt(), null, 'entry 1 is missing');
  await send([], { lastSeq: 3 });
  assert.equal(await completedAt(), null, 'it is still missing');
  const { acceptedThrough } = await send([5], { lastSeq: 5, leftOut: [1, 4] });
  assert.equal(acceptedThrough, 5, 'what will never come holds up nothing');
  assert.notEqual(await completedAt(), null);
});

test('a lane that has sent all to a store that has lost it is not complete there', async () => {
  const lane = new LaneJournal((await evening.lane('N1')).device);
  const { journalId } = lane;
  const upload = { journalId, entries: [], isComplete: true, lastSeq: 12 };
  await storeJournal(pool(), lane.device, upload, new Date(NOW));
  const { rows } = await pool().query('SELECT completed_at FROM journals WHERE journal_id = $1', [
    journalId,
  ]);
  assert.deepEqual(rows, [{ completed_at: null }]);
});
