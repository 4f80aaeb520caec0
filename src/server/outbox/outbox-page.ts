// What staff see of the outbox, and what they do about a message that did not arrive.
import type { Pool, PoolClient } from 'pg';
import { OUTBOX_STATES, type OutboxMessage, type OutboxPage } from '#protocol/delivery.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import { maskedAddress, withoutAddress } from './masked-address.ts';
import { type OutboxDeps, openedAddressee, sealedAddressee } from './outbox.ts';

const PAGE = 100;

type Row = {
  id: string;
  channel: OutboxMessage['channel'];
  template: OutboxMessage['template'];
  language: OutboxMessage['language'];
  masked: string;
  event_id: string | null;
  order_ref: string | null;
  state: OutboxMessage['state'];
  attempts: number;
  created_at: Date;
  due_at: Date;
  settled_at: Date | null;
  why: string | null;
};

type Wanted = {
  readonly state?: OutboxMessage['state'] | undefined;
  readonly order?: string | undefined;
  readonly after?: string | undefined;
};

/** Latest first; messages and counts of one moment. */
export async function outboxPage(
  pool: Pool,
  wanted: Wanted,
): Promise<Omit<OutboxPage, 'channels'>> {
  return await onSnapshot(pool, async (client) => ({
    ...(await pageOf(client, wanted)),
    counts: await countStates(client),
  }));
}

async function pageOf(client: PoolClient, { state, order, after }: Wanted) {
  const [latest, lastId] = cursorOf(after);
  const { rows } = await client.query<Row>(
    `SELECT o.id, channel, template, language, masked, e.id AS event_id, order_ref, state, attempts,
       o.created_at, due_at, settled_at, why
     FROM outbox o LEFT JOIN events e ON e.number = o.event
     WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR order_ref = $2)
       AND ($3::timestamptz IS NULL OR (o.created_at, o.id) < ($3, $4))
     ORDER BY o.created_at DESC, o.id DESC LIMIT $5`,
    [state ?? null, order ?? null, latest, lastId, PAGE + 1],
  );
  const shown = rows.slice(0, PAGE);
  const last = rows.length > PAGE ? shown.at(-1) : undefined;
  return {
    messages: shown.map(messageOf),
    next: last === undefined ? null : `${last.created_at.getTime()}.${last.id}`,
  };
}

function cursorOf(after: string | undefined): [Date | null, string] {
  const found = /^(\d{1,15})\.([a-z0-9-]+)$/.exec(after ?? '');
  return found === null ? [null, ''] : [new Date(Number(found[1])), found[2] ?? ''];
}

function messageOf(row: Row): OutboxMessage {
  return {
    id: row.id,
    channel: row.channel,
    template: row.template,
    language: row.language,
    to: row.masked,
    event: row.event_id,
    orderRef: row.order_ref,
    state: row.state,
    attempts: row.attempts,
    createdAt: iso(row.created_at.getTime()),
    nextAt: row.state === 'waiting' ? iso(row.due_at.getTime()) : null,
    settledAt: row.settled_at === null ? null : iso(row.settled_at.getTime()),
    why: row.why,
  };
}

async function countStates(client: PoolClient): Promise<OutboxPage['counts']> {
  const { rows } = await client.query<{ state: OutboxMessage['state']; count: string }>(
    'SELECT state, count(*) FROM outbox GROUP BY state',
  );
  const found = new Map(rows.map(({ state, count }) => [state, Number(count)]));
  const counts = OUTBOX_STATES.map((state) => [state, found.get(state) ?? 0] as const);
  return Object.fromEntries(counts) as OutboxPage['counts'];
}

/**
 * Has a message tried again that was given up.
 *
 * @param to - a corrected address; null: the one it had
 * @throws HttpProblem `not-found`, `conflict`
 */
export async function resend(
  client: PoolClient,
  { masterKey, at }: OutboxDeps,
  id: string,
  to: string | null,
): Promise<void> {
  const { rows } = await client.query<{ key: string; state: string; addressee: Buffer | null }>(
    'SELECT key, state, addressee FROM outbox WHERE id = $1 FOR UPDATE',
    [id],
  );
  const row = rows[0];
  if (row === undefined) throw noSuchMessage(id);
  if (row.state === 'waiting') {
    throw new HttpProblem('conflict', {
      detail: 'this message is still being tried',
      mend: 'wait until it was sent or given up',
    });
  }
  if (row.addressee === null) {
    throw new HttpProblem('conflict', {
      detail: 'whom this message went to was erased',
      mend: 'give the buyer the link of the order instead',
    });
  }
  const before = openedAddressee(masterKey, row.key, row.addressee);
  const addressee = { ...before, address: to ?? before.address };
  await client.query(
    `UPDATE outbox SET state = 'waiting', addressee = $2, masked = $3, due_at = $4, since = $4,
       settled_at = NULL, useful_until = NULL WHERE id = $1`,
    [
      id,
      sealedAddressee(masterKey, row.key, addressee),
      maskedAddress(addressee.address),
      new Date(at),
    ],
  );
}

/** Notes that a letter came back. @returns its id; null: not one of ours, or known already */
export async function noteBounce(
  client: PoolClient,
  { masterKey, at }: OutboxDeps,
  messageId: string,
  why: string,
): Promise<string | null> {
  const id = messageId.replace(/^</, '').replace(/@.*$/s, '');
  const { rows } = await client.query<{ key: string; addressee: Buffer | null }>(
    `SELECT key, addressee FROM outbox WHERE id = $1 AND state = 'sent' FOR UPDATE`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const address =
    row.addressee === null ? '' : openedAddressee(masterKey, row.key, row.addressee).address;
  await client.query(
    `UPDATE outbox SET state = 'bounced', why = $2, settled_at = $3 WHERE id = $1`,
    [id, withoutAddress(why, address), new Date(at)],
  );
  return id;
}

function noSuchMessage(id: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no message ${id}`,
    mend: 'take the id from GET /api/v1/outbox',
  });
}
