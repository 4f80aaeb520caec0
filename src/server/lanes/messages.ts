// SQL of messages from control to lanes, and of who has acknowledged them.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Message, URGENCIES } from '#protocol/notices.ts';
import { isFor, type Notice, publish } from '#server/notices/notices.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import type { Device } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { activeDevices } from './statuses.ts';

export type Urgency = (typeof URGENCIES)[number];

type NewMessage = {
  readonly event: number;
  readonly scope: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly sentBy: string;
  readonly until: Instant | null;
};

type Row = {
  id: string;
  scope: string;
  text: string;
  urgency: Urgency;
  sent_by: string;
  sent_at: Date;
  until: Date | null;
  withdrawn_at: Date | null;
};

/** @returns its id */
export async function sendMessage(
  client: PoolClient,
  message: NewMessage,
  at: Instant,
): Promise<string> {
  const id = randomName('msg-', 8);
  const { event, scope, text, urgency, sentBy, until } = message;
  await client.query(
    `INSERT INTO messages (event, id, scope, text, urgency, sent_by, sent_at, until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      event,
      id,
      scope,
      text,
      urgency,
      sentBy,
      new Date(at),
      until === null ? null : new Date(until),
    ],
  );
  const body = {
    id,
    text,
    urgency,
    at: iso(at),
    until: until === null ? null : iso(until),
    to: scope,
  };
  await publish(client, event, { kind: 'message', scope, body }, at);
  return id;
}

/** @returns false when there is no such message, or it was withdrawn before */
export async function withdrawMessage(
  client: PoolClient,
  event: number,
  id: string,
  at: Instant,
): Promise<boolean> {
  const { rows } = await client.query<{ scope: string }>(
    `UPDATE messages SET withdrawn_at = $3 WHERE event = $1 AND id = $2 AND withdrawn_at IS NULL
     RETURNING scope`,
    [event, id, new Date(at)],
  );
  const scope = rows[0]?.scope;
  if (scope === undefined) return false;
  await publish(client, event, { kind: 'message-withdrawn', scope, body: { id } }, at);
  return true;
}

const OPEN_MAX = 200;

/** What is for this device, is still to be shown and was not acknowledged by it; the oldest first. */
export async function openMessages(
  { pool, now }: Pick<ServerContext, 'pool' | 'now'>,
  device: Device,
): Promise<Message[]> {
  const { rows } = await pool.query<Row>(
    `SELECT id, scope, text, urgency, sent_by, sent_at, until, withdrawn_at FROM messages m
     WHERE event = $1 AND withdrawn_at IS NULL AND (until IS NULL OR until > $2)
       AND NOT EXISTS (SELECT 1 FROM message_acknowledgements a
         WHERE a.event = m.event AND a.message = m.id AND a.device = $3)
     ORDER BY sent_at, id LIMIT $4`,
    [device.eventNumber, new Date(now()), device.id, OPEN_MAX],
  );
  return rows.filter(({ scope }) => isFor(scope, device)).map(messageOf);
}

function messageOf(row: Row): Message {
  return {
    id: row.id,
    text: row.text,
    urgency: row.urgency,
    at: iso(row.sent_at.getTime()),
    until: row.until === null ? null : iso(row.until.getTime()),
  };
}

/** @returns false for a message that is not for this device; the second time it changes nothing */
export async function acknowledge(
  client: PoolClient,
  device: Device,
  message: string,
  at: Instant,
): Promise<boolean> {
  const { eventNumber: event, id: deviceId, gate, lane, operator } = device;
  const { rows } = await client.query<{ scope: string }>(
    'SELECT scope FROM messages WHERE event = $1 AND id = $2',
    [event, message],
  );
  const scope = rows[0]?.scope;
  if (scope === undefined || !isFor(scope, device)) return false;
  const { rowCount } = await client.query(
    `INSERT INTO message_acknowledgements VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [event, message, deviceId, operator, new Date(at)],
  );
  if (rowCount === 1) {
    const body = { message, deviceId, gate, lane, at: iso(at) };
    await publish(client, event, { kind: 'acknowledged', scope: 'control', body }, at);
  }
  return true;
}

/**
 * A message, its withdrawal or an acknowledgement as the hub tells of it, kept at a box so that lanes which
 * connect later hear what is open.
 *
 * @returns false when it was kept before: nobody is told twice
 */
export async function keepMessage(
  client: PoolClient,
  event: number,
  { kind, scope, body }: Notice,
  at: Instant,
): Promise<boolean> {
  const word = (name: string) => (typeof body[name] === 'string' ? body[name] : null);
  switch (kind) {
    case 'message': {
      const { rowCount } = await client.query(
        `INSERT INTO messages (event, id, scope, text, urgency, sent_by, sent_at, until)
         VALUES ($1, $2, $3, $4, $5, 'hub', $6, $7) ON CONFLICT DO NOTHING`,
        [event, word('id'), scope, word('text'), word('urgency'), word('at'), word('until')],
      );
      return rowCount === 1;
    }
    case 'message-withdrawn': {
      const { rowCount } = await client.query(
        'UPDATE messages SET withdrawn_at = $3 WHERE event = $1 AND id = $2 AND withdrawn_at IS NULL',
        [event, word('id'), new Date(at)],
      );
      return rowCount === 1;
    }
    case 'acknowledged':
      await client.query(
        `INSERT INTO message_acknowledgements VALUES ($1, $2, $3, NULL, $4) ON CONFLICT DO NOTHING`,
        [event, word('message'), word('deviceId'), word('at')],
      );
      return false;
    default:
      return true;
  }
}

const LISTED_MAX = 500;

type Acknowledged = {
  message: string;
  device: string;
  gate: string;
  lane: string | null;
  operator: string | null;
  at: Date;
};

/** The latest first, each with who has acknowledged it and for whom of those who work now it waits. */
export async function listMessages(pool: Pool, event: number, now: Instant) {
  const { rows } = await pool.query<Row>(
    `SELECT id, scope, text, urgency, sent_by, sent_at, until, withdrawn_at FROM messages
     WHERE event = $1 ORDER BY sent_at DESC, id LIMIT $2`,
    [event, LISTED_MAX],
  );
  const acknowledged = await pool.query<Acknowledged>(
    `SELECT a.message, a.device, d.gate, d.lane, a.operator, a.at
     FROM message_acknowledgements a JOIN devices d ON d.id = a.device
     WHERE a.event = $1 AND a.message = ANY ($2) ORDER BY a.at`,
    [event, rows.map((row) => row.id)],
  );
  const devices = await activeDevices(pool, event, now);
  return rows.map((row) => {
    const by = acknowledged.rows.filter((each) => each.message === row.id);
    const done = new Set(by.map((each) => each.device));
    const waiting = devices.filter((each) => isFor(row.scope, each) && !done.has(each.id));
    return {
      ...messageOf(row),
      to: row.scope,
      sentBy: row.sent_by,
      withdrawnAt: row.withdrawn_at === null ? null : iso(row.withdrawn_at.getTime()),
      acknowledged: by.map(({ device, gate, lane, operator, at }) => ({
        deviceId: device,
        gate,
        lane,
        operator,
        at: iso(at.getTime()),
      })),
      waiting: waiting.map(({ id, gate, lane }) => ({ deviceId: id, gate, lane })),
    };
  });
}
