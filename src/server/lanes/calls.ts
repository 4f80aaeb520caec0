// SQL of calls from lanes to control: made once whatever is repeated, acknowledged, closed.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { CALL_KINDS, CALL_STATES } from '#protocol/notices.ts';
import { publish } from '#server/notices/notices.ts';
import { iso } from '#server/platform/clock.ts';
import type { Device } from '#server/platform/principal.ts';

export type CallKind = (typeof CALL_KINDS)[number];
export type CallState = (typeof CALL_STATES)[number];

export type CallRow = {
  device: string;
  call_id: string;
  kind: CallKind;
  note: string | null;
  gate: string;
  lane: string | null;
  operator: string | null;
  called_at: Date;
  received_at: Date;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  closed_at: Date | null;
  closed_by: string | null;
  outcome: string | null;
};

const COLUMNS = `device, call_id, kind, note, gate, lane, operator, called_at, received_at, acknowledged_at,
  acknowledged_by, closed_at, closed_by, outcome`;

type Call = {
  readonly callId: string;
  readonly kind: CallKind;
  readonly note: string | null;
  readonly calledAt: Instant;
};

/** @returns the call as it stands; a repeat finds the one that was made */
export async function makeCall(
  client: PoolClient,
  device: Device,
  call: Call,
  now: Instant,
): Promise<CallRow> {
  const { eventNumber: event, id, gate, lane, operator } = device;
  const { rows } = await client.query<CallRow>(
    `INSERT INTO calls (event, device, call_id, kind, note, gate, lane, operator, called_at, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [
      event,
      id,
      call.callId,
      call.kind,
      call.note,
      gate,
      lane,
      operator,
      new Date(Math.min(call.calledAt, now)),
      new Date(now),
    ],
  );
  const made = rows[0];
  if (made !== undefined) {
    await tell(client, event, made, now);
    return made;
  }
  const found = await client.query<CallRow>(
    `SELECT ${COLUMNS} FROM calls WHERE event = $1 AND device = $2 AND call_id = $3`,
    [event, id, call.callId],
  );
  const before = found.rows[0];
  if (before === undefined) throw new Error('a call that cannot be made was made before');
  return before;
}

export type CallKey = { readonly event: number; readonly device: string; readonly callId: string };

/** @returns null when there is no such call; what was acknowledged or closed before stays as it was */
export async function answerCall(
  client: PoolClient,
  key: CallKey,
  answer: { readonly by: string; readonly outcome: string | null },
  now: Instant,
): Promise<CallRow | null> {
  const { rows } = await client.query<CallRow>(
    `UPDATE calls SET
       acknowledged_at = coalesce(acknowledged_at, $4), acknowledged_by = coalesce(acknowledged_by, $5),
       closed_at = coalesce(closed_at, CASE WHEN $6::text IS NULL THEN NULL ELSE $4 END),
       closed_by = coalesce(closed_by, CASE WHEN $6::text IS NULL THEN NULL ELSE $5 END),
       outcome = coalesce(outcome, $6)
     WHERE event = $1 AND device = $2 AND call_id = $3 RETURNING ${COLUMNS}`,
    [key.event, key.device, key.callId, new Date(now), answer.by, answer.outcome],
  );
  const row = rows[0];
  if (row === undefined) return null;
  await tell(client, key.event, row, now);
  return row;
}

/** To the device that called, and with it to consoles. What was said in the note stays out of the feed. */
async function tell(client: PoolClient, event: number, row: CallRow, at: Instant): Promise<void> {
  const { device, call_id: callId, kind, gate, lane } = row;
  const body = { callId, deviceId: device, kind, state: stateOfCall(row), gate, lane, at: iso(at) };
  await publish(client, event, { kind: 'call', scope: `device/${device}`, body }, at);
}

export function stateOfCall({
  closed_at,
  acknowledged_at,
}: Pick<CallRow, 'closed_at' | 'acknowledged_at'>): CallState {
  if (closed_at !== null) return 'closed';
  return acknowledged_at === null ? 'open' : 'acknowledged';
}

const LISTED_MAX = 1_000;

/** Those not closed first, the oldest of them first: they wait the longest. */
export async function listCalls(pool: Pool, event: number, isOpen: boolean): Promise<CallRow[]> {
  const { rows } = await pool.query<CallRow>(
    `SELECT ${COLUMNS} FROM calls WHERE event = $1 AND (NOT $2 OR closed_at IS NULL)
     ORDER BY closed_at IS NOT NULL, received_at, device, call_id LIMIT $3`,
    [event, isOpen, LISTED_MAX],
  );
  return rows;
}
