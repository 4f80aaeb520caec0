// What has become of a match since it went on sale, for whoever asks what its tickets are worth.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { MatchFate } from '#domain/refunds/terms.ts';

type Row = { kind: 'moved' | 'postponed' | 'cancelled'; notice_at: Date; kick_off_at: Date | null };

export async function readFate(client: Pool | PoolClient, event: number): Promise<MatchFate> {
  const { rows } = await client.query<Row>(
    'SELECT kind, notice_at, kick_off_at FROM match_fates WHERE event = $1',
    [event],
  );
  const row = rows[0];
  if (row === undefined) return { kind: 'as-planned' };
  if (row.kind !== 'moved' || row.kick_off_at === null) return { kind: row.kind } as MatchFate;
  const [noticeAt, kickOffAt] = [row.notice_at.getTime(), row.kick_off_at.getTime()];
  return { kind: 'moved', noticeAt: noticeAt as Instant, kickOffAt: kickOffAt as Instant };
}

export type FateNotice = {
  readonly kind: Exclude<MatchFate['kind'], 'as-planned'>;
  readonly noticeAt: number;
  /** How often it was changed since tickets were sold. */
  readonly changes: number;
};

/** @returns null: it is as planned */
export async function readFateNotice(
  client: Pool | PoolClient,
  event: number,
): Promise<FateNotice | null> {
  const { rows } = await client.query<Row & { changes: number }>(
    'SELECT kind, notice_at, changes FROM match_fates WHERE event = $1',
    [event],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return { kind: row.kind, noticeAt: row.notice_at.getTime(), changes: row.changes };
}

export async function setFate(
  client: PoolClient,
  event: number,
  fate: Exclude<MatchFate, { kind: 'as-planned' }>,
  noticeAt: Instant,
): Promise<void> {
  const kickOffAt = fate.kind === 'moved' ? new Date(fate.kickOffAt) : null;
  await client.query(
    `INSERT INTO match_fates (event, kind, notice_at, kick_off_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (event) DO UPDATE SET kind = excluded.kind, notice_at = excluded.notice_at,
       kick_off_at = excluded.kick_off_at, changes = match_fates.changes + 1`,
    [event, fate.kind, new Date(noticeAt), kickOffAt],
  );
}
