// A day before doors the risks of an entry are announced, once, by whichever node looks first: the list is kept, and
// those who are set to receive it are written to in the same transaction.
import type { Pool } from 'pg';
import type { Match } from '#domain/delivery/occasions.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { RISK_NOTICE_MS, type RiskList } from '#domain/monitoring/risk-notice.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { type NewMessage, tell } from '#server/outbox/outbox.ts';
import type { Clock } from '#server/platform/clock.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { EventRow } from '#server/venue/store.ts';
import { entryPlan } from './entry-plan.ts';
import { type RiskReader, readRiskReaders } from './risk-readers.ts';

export type AnnouncerDeps = {
  readonly pool: Pool;
  readonly masterKey: Uint8Array;
  /** Of this node, as the list names it. */
  readonly node: string;
  readonly now: Clock;
};

/** In a letter; the page has all of them. */
const RISKS_TOLD_MAX = 40;

/** @returns the events whose risks were announced by this very look */
export async function announceDueRisks(deps: AnnouncerDeps): Promise<string[]> {
  const announced: string[] = [];
  for (const row of await dueEvents(deps.pool, deps.now())) {
    if (await announce(deps, row)) announced.push(row.id);
  }
  return announced;
}

/** Doors open within a day, and nobody has announced it of these doors. */
async function dueEvents(pool: Pool, now: Instant): Promise<EventRow[]> {
  const { rows } = await pool.query<EventRow>(
    `SELECT number, id, file, status, entry_epoch, outlines FROM events e
     WHERE status IN ('draft', 'open')
       AND (file->>'doorsAt')::timestamptz > $1 AND (file->>'doorsAt')::timestamptz <= $2
       AND NOT EXISTS (SELECT FROM risk_lists r
         WHERE r.event = e.number AND r.doors_at = (e.file->>'doorsAt')::timestamptz)
       AND NOT EXISTS (SELECT FROM match_fates f
         WHERE f.event = e.number AND f.kind IN ('postponed', 'cancelled'))
     ORDER BY number`,
    [new Date(now), new Date(now + RISK_NOTICE_MS)],
  );
  return rows;
}

async function announce(
  { pool, masterKey, node, now }: AnnouncerDeps,
  row: EventRow,
): Promise<boolean> {
  const at = now();
  const { places, sellable, sold, risks } = await entryPlan(
    pool,
    row,
    { search: 'usual', hours: 1, layout: null },
    at,
  );
  const list: RiskList = { places, sellable, sold, risks };
  const { doorsAt, venue } = matchEventOf(row.file);
  return await inTransaction(pool, async (client) => {
    const readers = await readRiskReaders(client, masterKey, venue.id);
    const { rowCount } = await client.query(
      `INSERT INTO risk_lists (event, doors_at, made_at, made_by, body, told)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [row.number, new Date(doorsAt), new Date(at), node, JSON.stringify(list), readers.length],
    );
    if (rowCount !== 1) return false;
    const messages = readers.map((reader, n) => letterTo(reader, n, row, list));
    await tell(client, { masterKey, at }, messages);
    return true;
  });
}

function letterTo(reader: RiskReader, n: number, row: EventRow, list: RiskList): NewMessage {
  const { name, venue, startsAt, doorsAt } = matchEventOf(row.file);
  const match: Match = { name, venue: venue.name, startsAt, timeZone: venue.timeZone };
  const { sold, sellable, risks } = list;
  return {
    occasionKey: `entry-risks/${row.id}/${doorsAt}/${n}`,
    channel: 'mail',
    occasion: {
      template: 'entry-risks',
      facts: {
        ...{ match, doorsAt, sold, sellable, found: risks.length },
        risks: risks.slice(0, RISKS_TOLD_MAX).map(({ severity, words }) => ({ severity, words })),
      },
    },
    language: reader.language,
    addressee: { address: reader.address, name: null, path: `/console/e/${row.id}/seats` },
    event: row.number,
    orderRef: null,
    usefulUntil: doorsAt,
  };
}

/** Of the doors as they are now; null: not yet. */
export async function announcedRisks(
  pool: Pool,
  event: number,
  doorsAt: number,
): Promise<{ readonly at: number; readonly told: number; readonly list: RiskList } | null> {
  const { rows } = await pool.query<{ made_at: Date; told: number; body: RiskList }>(
    'SELECT made_at, told, body FROM risk_lists WHERE event = $1 AND doors_at = $2',
    [event, new Date(doorsAt)],
  );
  const row = rows[0];
  return row === undefined ? null : { at: row.made_at.getTime(), told: row.told, list: row.body };
}
