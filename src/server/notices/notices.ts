// What is told to lanes and what the control room is told of them: one numbered log per event, which every
// node follows, so that a message given at one node reaches lanes that listen at another.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';

export const NOTICE_KINDS = [
  'message',
  'message-withdrawn',
  'acknowledged',
  'call',
  'alarm',
  'operator',
  'release',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export type Notice = {
  readonly kind: NoticeKind;
  /** `control`: for consoles alone; else whom it is for, as {@link isFor} reads it. */
  readonly scope: string;
  /** No names and no codes. */
  readonly body: Readonly<Record<string, unknown>>;
};

export type NumberedNotice = Notice & { readonly n: number };

/** Numbered under a lock that is held until the transaction ends: nobody sees a number before those below it. */
export async function publish(
  client: PoolClient,
  event: number,
  notice: Notice,
  at: Instant,
): Promise<void> {
  const { kind, scope, body } = notice;
  await client.query(
    `WITH head AS (
       INSERT INTO notice_heads VALUES ($1, 1)
       ON CONFLICT (event) DO UPDATE SET n = notice_heads.n + 1 RETURNING n)
     INSERT INTO notices (event, n, kind, scope, body, at)
     SELECT $1, head.n, $2, $3, $4, $5 FROM head`,
    [event, kind, scope, JSON.stringify(body), new Date(at)],
  );
}

const NOTICES_AT_ONCE_MAX = 1_000;

/** In the order of their numbers; the rest with the next call. */
export async function noticesAfter(
  pool: Pool,
  event: number,
  n: number,
): Promise<NumberedNotice[]> {
  const { rows } = await pool.query<Omit<NumberedNotice, 'n'> & { n: string }>(
    `SELECT n, kind, scope, body FROM notices WHERE event = $1 AND n > $2 ORDER BY n LIMIT $3`,
    [event, n, NOTICES_AT_ONCE_MAX],
  );
  return rows.map((row) => ({ ...row, n: Number(row.n) }));
}

export async function lastNotice(pool: Pool, event: number): Promise<number> {
  const { rows } = await pool.query<{ n: string }>('SELECT n FROM notice_heads WHERE event = $1', [
    event,
  ]);
  return Number(rows[0]?.n ?? 0);
}

type Place = { readonly id: string; readonly gate: string; readonly lane: string | null };

/** Whether a notice is for the device that stands there. */
export function isFor(scope: string, { id, gate, lane }: Place): boolean {
  return (
    scope === 'all' ||
    scope === `gate/${gate}` ||
    scope === `device/${id}` ||
    (lane !== null && scope === `lane/${gate}/${lane}`)
  );
}
