import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { TICKET_STATUSES } from '#domain/entry/ticket.ts';
import type { ListPage, ListRow } from '#protocol/ticket-list.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { derbyFile, derbyRef, derbyTickets } from '../../testing/derby.ts';
import { at } from '../../testing/entry.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { listPage } from './list.ts';

const TICKETS = 300;

let database: TestDatabase;
let node: HubNode;
let event: number;

before(async () => {
  database = await testDatabase();
  node = await HubNode.open(database, { now: at('18:00') });
  event = await node.importEvent(derbyFile());
  await node.importTickets(event, derbyFile(), derbyTickets(TICKETS));
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** A lane's copy, kept as the protocol says and checked against every sum that it is sent. */
class Copy {
  readonly rows = new Map<number, ListRow>();
  cursor: string | null = null;
  pages = 0;

  async bring(limit: number): Promise<void> {
    for (;;) {
      const page = await ask(this.cursor, limit);
      this.pages += 1;
      for (const row of page.tickets) this.rows.set(row[0], row);
      this.cursor = page.cursor;
      if (page.whole !== null) assert.deepEqual(this.sum(), page.whole);
      assert.equal(page.whole === null, page.hasMore);
      if (!page.hasMore) return;
    }
  }

  sum(): { count: number; hash: string } {
    const rows = [...this.rows.values()].sort((a, b) => a[0] - b[0]);
    const text = rows.map(([serial, n]) => `${serial}:${n},`).join('');
    return { count: rows.length, hash: createHash('sha256').update(text).digest('hex') };
  }
}

test('pages through the whole list; what the lane then holds has the count and hash it is told', async () => {
  for (const limit of [7, 100, TICKETS, 20_000]) {
    const copy = new Copy();
    await copy.bring(limit);
    assert.equal(copy.rows.size, TICKETS);
    assert.equal(copy.pages, Math.ceil(TICKETS / limit));
    const again = copy.pages;
    await copy.bring(limit);
    assert.equal(copy.pages, again + 1, 'nothing new is one empty page');
  }
});

test('tells of what changed and of nothing else: blocked, re-issued, cancelled, added', async () => {
  const copy = new Copy();
  await copy.bring(20_000);
  const before = new Map(copy.rows);
  await node.block('derby', 3);
  await node.reissue('derby', 4);
  const head = 'ticket_ref,type,section,row,seat,status';
  const csv = `${head}\n${derbyRef(5)},adult,N104,4,5,cancelled\nRV-900000,adult,N104,9,9,valid\n`;
  await node.importTickets(event, derbyFile(), csv);
  const page = await ask(copy.cursor, 20_000);
  assert.equal(page.tickets.length, 4);
  await copy.bring(20_000);
  const changed = [...copy.rows.values()].filter(([serial]) => {
    return copy.rows.get(serial) !== before.get(serial);
  });
  changed.sort((a, b) => a[0] - b[0]);
  const shown = changed.map(([, , , issue, status, isBlocked, ref]) => {
    return [ref, issue, TICKET_STATUSES[status], isBlocked];
  });
  assert.deepEqual(shown, [
    [derbyRef(3), 0, 'valid', 1],
    [derbyRef(4), 1, 'valid', 0],
    [derbyRef(5), 0, 'cancelled', 0],
    ['RV-900000', 0, 'valid', 0],
  ]);
  assert.notDeepEqual(copy.rows.get(4)?.[2], before.get(4)?.[2], 'another code, another hash');
});

test('an unknown epoch or a cursor ahead of the list is gone (410); what is no cursor is malformed', async () => {
  const { cursor } = await ask(null, 10);
  const epoch = cursor.split(':')[0] ?? '';
  for (const since of ['aaaa:1', `${epoch}:999999`]) {
    await assert.rejects(ask(since, 10), isProblem('cursor-expired', 410));
  }
  for (const since of ['', 'nonsense', `${epoch}:`, `${epoch}:-1`, `${epoch}:1:2`, ':1']) {
    await assert.rejects(ask(since, 10), isProblem('malformed-request', 400), since);
  }
});

test('skips no change and always sums up, while imports and acts go on during the paging', async () => {
  let isBusy = true;
  const changing = (async () => {
    for (let round = 0; round < 6; round += 1) {
      const from = (round * 23) % (TICKETS - 40);
      const csv = derbyTickets(30, [round % 2 === 0 ? 'season' : 'adult'], from + 1);
      await Promise.all([
        node.importTickets(event, derbyFile(), csv),
        node.block('derby', ((round * 37) % TICKETS) + 1, round % 3 !== 0),
        node.reissue('derby', ((round * 53) % TICKETS) + 1),
      ]);
    }
    isBusy = false;
  })();
  const copies = [new Copy(), new Copy(), new Copy()];
  await Promise.all(
    copies.map(async (copy, index) => {
      while (isBusy) await copy.bring([11, 64, 20_000][index] ?? 1);
    }),
  );
  await changing;
  const { rows } = await database.pool.query(
    'SELECT serial, n, type, issue, is_blocked FROM tickets WHERE event = $1 ORDER BY serial',
    [event],
  );
  for (const copy of copies) {
    await copy.bring(50);
    const held = [...copy.rows.values()].sort((a, b) => a[0] - b[0]);
    assert.deepEqual(
      held.map((row) => [row[0], row[1], row[7], row[3], row[5] === 1]),
      rows.map((row) => [row.serial, Number(row.n), row.type, row.issue, row.is_blocked]),
    );
  }
});

function ask(since: string | null, limit: number): Promise<ListPage> {
  return listPage(node.context.pool, event, since, limit, at('18:00'));
}

function isProblem(code: string, status: number) {
  return (error: unknown) =>
    error instanceof HttpProblem && error.code === code && error.status === status;
}
