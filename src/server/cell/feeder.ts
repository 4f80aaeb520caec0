// What the hub tells the cell: the event as it stands, its tickets as they change, and, when the cell takes an
// event over, what was decided before. Whoever acts at the hub is answered only after the cell has it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { EventStatus } from '#domain/venue/match-event.ts';
import type { EventFile } from '#protocol/event-file.ts';
import { TICKET_COLUMNS } from '#server/entry/ticket-row.ts';
import { randomName } from '#server/platform/crypto.ts';
import type { StoredControls } from '#server/venue/store.ts';
import type { Etcd } from './etcd.ts';
import { feedDecided, feedEpoch, writeAll } from './feed-past.ts';
import { EventKeys, type Head, readValue } from './records.ts';
import { type Compare, get, isAt, type Kv, put } from './wire.ts';

const WITHIN = { withinMs: 5_000 };
const NOTHING_FED = { fence: -1, list: '' };
/** After this long somebody else loads it: whoever began has gone. */
const LOADING_MS = 10_000;
const LOOK_AGAIN_MS = 100;
const CHANGED_PAGE = 20_000;

type Row = {
  id: string;
  file: EventFile;
  status: EventStatus;
  entry_epoch: number;
  outlines: string[];
  scopes: string[];
  inside: number[];
  controls: StoredControls;
  fence: string;
  revision: string;
  authority: string;
  authority_epoch: number;
  handover_to: string | null;
  list: string;
  list_epoch: string;
  n: string;
};

const LOAD = `
  SELECT e.id, e.file, e.status, e.entry_epoch, e.outlines, h.scopes, h.inside, c.state AS controls, h.fence,
    h.revision, e.authority, e.authority_epoch, e.handover_to, l.epoch || ':' || l.n AS list,
    l.epoch AS list_epoch, l.n
  FROM events e JOIN claim_heads h ON h.event = e.number JOIN controls c ON c.event = e.number
  JOIN lists l ON l.event = e.number WHERE e.number = $1`;

/** What was fed of an event: its fence, and whether there was anything to do. */
export type Fed = { readonly fence: number; readonly hasWritten: boolean };

/** Brings the cell to what this hub has of the event. Several hubs may: each step compares the head. */
export async function feed(pool: Pool, etcd: Etcd, event: number): Promise<Fed> {
  const keys = new EventKeys(etcd.config.prefix, event);
  const me = randomName('', 10);
  for (;;) {
    const { kvs } = await etcd.getMany([keys.head]);
    const kv = kvs.get(keys.head) ?? null;
    const row = (await pool.query<Row>(LOAD, [event])).rows[0];
    if (row === undefined) throw new Error(`event number ${event} is not in this store`);
    const head = kv === null ? null : readValue<Head>(kv);
    const due = decidesNext(row, head);
    const isFed = head !== null && head.fed.fence === Number(row.fence) && head.decides === due;
    if (isFed && head.fed.list === row.list) return { fence: head.fed.fence, hasWritten: false };
    const isStarting = due !== null && head?.decides == null;
    const guard = isAt(keys.head, kv?.modRevision ?? '0');
    if (isStarting && head?.loading?.by !== me) {
      // One at a time: what another has cleared away would be missing in what this one writes.
      if (head?.loading !== undefined && Date.now() - head.loading.at < LOADING_MS) {
        await pause(LOOK_AGAIN_MS);
        continue;
      }
      const begun = head ?? { ...(await nextHead(pool, row, head, null, false)), fed: NOTHING_FED };
      const loading = { ...begun, loading: { by: me, at: Date.now() } };
      await etcd.txn([guard], [put(keys.head, JSON.stringify(loading))], [], WITHIN);
      continue;
    }
    const isAnew = !isStarting && head !== null && head.entryEpoch < row.entry_epoch;
    const isWritten =
      (!isStarting || (await feedDecided(pool, etcd, keys, event, row, guard))) &&
      (await feedTickets(pool, etcd, keys, event, row, head, guard)) &&
      (!isAnew || (await feedEpoch(pool, etcd, keys, event, row.entry_epoch, guard)));
    if (!isWritten) continue;
    const next = await nextHead(pool, row, head, due, isStarting);
    const text = JSON.stringify(next);
    const answer = await etcd.txn([guard], [put(keys.head, text)], [get(keys.head)], WITHIN);
    if (answer.succeeded) return { fence: next.fed.fence, hasWritten: true };
  }
}

/** The epoch of authority under which the cell is to decide; null: another does. */
function decidesNext(row: Row, head: Head | null): number | null {
  if (row.authority !== 'cell' || row.handover_to !== null) return null;
  // One that was found to be older than its lanes decides nothing until it is loaded anew.
  return head?.why == null ? row.authority_epoch : head.decides;
}

async function nextHead(
  pool: Pool,
  row: Row,
  head: Head | null,
  due: number | null,
  isStarting: boolean,
): Promise<Head> {
  const isOurs = await hasTakenAll(pool, head?.changes ?? {});
  return {
    v: 1,
    // Whoever follows begins anew with each time that the cell takes over.
    epoch: head === null || isStarting ? randomName('', 10) : head.epoch,
    base: isStarting ? Number(row.revision) : (head?.base ?? Number(row.revision)),
    decides: due,
    why: head?.why ?? null,
    file: row.file,
    status: row.status,
    entryEpoch: row.entry_epoch,
    outlines: row.outlines,
    scopes: row.scopes,
    // What a box has set while this hub was away stands until it has arrived here.
    controls: isOurs || head === null ? row.controls : head.controls,
    fed: { fence: Number(row.fence), list: row.list },
    changes: head?.changes ?? {},
  };
}

/** Whether this hub knows every change of controls that was made at a box. */
async function hasTakenAll(pool: Pool, changes: Head['changes']): Promise<boolean> {
  for (const [edge, seq] of Object.entries(changes)) {
    const { rows } = await pool.query<{ seq: string | null }>(
      'SELECT max(seq) AS seq FROM control_changes WHERE edge = $1',
      [edge],
    );
    if (Number(rows[0]?.seq ?? 0) < seq) return false;
  }
  return true;
}

/** Tickets and media that changed after the cursor that was fed last; all, when that is of another list. */
async function feedTickets(
  pool: Pool,
  etcd: Etcd,
  keys: EventKeys,
  event: number,
  row: Row,
  head: Head | null,
  guard: Compare,
): Promise<boolean> {
  const [epoch, n] = head?.fed.list.split(':') ?? [];
  let after = epoch === row.list_epoch ? Number(n) : -1;
  let serial = 0;
  for (;;) {
    const { rows } = await pool.query<{
      serial: number;
      n: string;
      ticket: unknown;
      media: Medium[];
    }>(
      `SELECT t.serial, t.n, (SELECT to_jsonb(x) FROM (SELECT ${TICKET_COLUMNS}) x) AS ticket,
         coalesce((SELECT jsonb_agg(jsonb_build_object('hash', encode(m.hash, 'hex'), 'isCurrent', m.is_current))
          FROM media m WHERE m.event = t.event AND m.serial = t.serial), '[]') AS media
       FROM tickets t WHERE event = $1 AND (n, serial) > ($2, $3) AND n <= $4
       ORDER BY n, serial LIMIT $5`,
      [event, after, serial, row.n, CHANGED_PAGE],
    );
    const ops = rows.flatMap(({ serial: own, ticket, media }) => [
      put(keys.ticket(own), JSON.stringify(ticket)),
      ...media.map(({ hash, isCurrent }) =>
        put(keys.medium(hash), JSON.stringify({ serial: own, isCurrent })),
      ),
    ]);
    if (!(await writeAll(etcd, guard, ops))) return false;
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHANGED_PAGE) return true;
    after = Number(last.n);
    serial = last.serial;
  }
}

type Medium = { readonly hash: string; readonly isCurrent: boolean };

/** The cell stops deciding the event. @returns the revision up to which it did; null: it did not decide */
export async function stopDeciding(etcd: Etcd, event: number): Promise<number | null> {
  const keys = new EventKeys(etcd.config.prefix, event);
  for (;;) {
    const { kvs } = await etcd.getMany([keys.head]);
    const kv = kvs.get(keys.head);
    if (kv === undefined) return null;
    const head = readValue<Head>(kv);
    const stopped = await writeHead(etcd, keys, kv, { ...head, decides: null });
    if (stopped !== null) return Number(stopped);
  }
}

/** @returns the revision it was written at; null: somebody else has written it in between */
export async function writeHead(
  etcd: Etcd,
  keys: EventKeys,
  before: Kv,
  head: Head,
): Promise<string | null> {
  const guard = isAt(keys.head, before.modRevision);
  const answer = await etcd.txn([guard], [put(keys.head, JSON.stringify(head))], [], WITHIN);
  return answer.succeeded ? answer.revision : null;
}

/** Controls that were set at a box, in force in the cell before the box says so. */
export async function feedControls(
  pool: Pool,
  etcd: Etcd,
  event: number,
  edge: string,
): Promise<void> {
  const keys = new EventKeys(etcd.config.prefix, event);
  for (;;) {
    const { rows } = await pool.query<{ seq: string; controls: StoredControls }>(
      `SELECT max(x.seq) AS seq, c.state AS controls FROM controls c
       JOIN control_changes x ON x.event = c.event AND x.edge = $2 AND x.carried_at IS NULL
       WHERE c.event = $1 GROUP BY c.state`,
      [event, edge],
    );
    const own = rows[0];
    if (own === undefined) return;
    const { kvs } = await etcd.getMany([keys.head]);
    const kv = kvs.get(keys.head);
    if (kv === undefined) return;
    const head = readValue<Head>(kv);
    const seq = Number(own.seq);
    if ((head.changes[edge] ?? 0) >= seq) return;
    const changes = { ...head.changes, [edge]: seq };
    const next = { ...head, controls: own.controls, changes };
    if ((await writeHead(etcd, keys, kv, next)) !== null) return;
  }
}
