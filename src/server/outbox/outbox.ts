// The outbox: a message is a row, written in the transaction that gives cause for it. If that is taken back, so
// is the message; if it commits, some node sends it, however many crash in between (ADR 0029).
import type { Pool, PoolClient } from 'pg';
import type { Language } from '#domain/delivery/message-format.ts';
import type { Occasion, Template } from '#domain/delivery/occasions.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { randomName, seal, unseal } from '#server/platform/crypto.ts';
import { maskedAddress } from './masked-address.ts';

export type Channel = 'mail' | 'text';

/** Whom a message goes to. Sealed in the row, and erased when it is not needed any more. */
export type Addressee = {
  /** A mail address, or a phone number with its country, as the channel has it. */
  readonly address: string;
  readonly name: string | null;
  /** Of the page to read on, `/shop/order/O-1#SECRET`; null: none. */
  readonly path: string | null;
};

export type NewMessage = {
  /** The occasion, such as `order-paid/O-4711`: on each channel it is told once, whoever tells it how often. */
  readonly occasionKey: string;
  readonly channel: Channel;
  readonly occasion: Occasion;
  readonly language: Language;
  readonly addressee: Addressee;
  readonly event: number | null;
  readonly orderRef: string | null;
  readonly usefulUntil?: Instant;
  /** One of thousands of the same occasion. */
  readonly isBulk?: boolean;
};

export type OutboxDeps = { readonly masterKey: Uint8Array; readonly at: Instant };

/**
 * Writes messages down in the caller's transaction.
 *
 * @returns how many were not written down before
 */
export async function tell(
  client: PoolClient,
  { masterKey, at }: OutboxDeps,
  messages: readonly NewMessage[],
): Promise<number> {
  if (messages.length === 0) return 0;
  const rows = messages.map((message) => rowOf(message, masterKey));
  const column = <K extends keyof Row>(name: K) => rows.map((row) => row[name]);
  const { rowCount } = await client.query(
    `INSERT INTO outbox (id, key, channel, template, facts, language, addressee, masked, event, order_ref,
       is_bulk, useful_until, due_at, created_at, since)
     SELECT *, $13, $13, $13 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[],
       $7::bytea[], $8::text[], $9::integer[], $10::text[], $11::boolean[], $12::timestamptz[])
     ON CONFLICT (key) DO NOTHING`,
    [
      column('id'),
      column('key'),
      column('channel'),
      column('template'),
      column('facts'),
      column('language'),
      column('addressee'),
      column('masked'),
      column('event'),
      column('orderRef'),
      column('isBulk'),
      column('usefulUntil'),
      new Date(at),
    ],
  );
  return rowCount ?? 0;
}

type Row = ReturnType<typeof rowOf>;

function rowOf(message: NewMessage, masterKey: Uint8Array) {
  const { occasionKey, channel, occasion, language, addressee, event, orderRef } = message;
  const key = `${occasionKey}/${channel}`;
  return {
    id: randomName('m-', 10),
    key,
    channel,
    template: occasion.template,
    facts: JSON.stringify(occasion.facts),
    language,
    addressee: sealedAddressee(masterKey, key, addressee),
    masked: maskedAddress(addressee.address),
    event,
    orderRef,
    isBulk: message.isBulk ?? false,
    usefulUntil: message.usefulUntil === undefined ? null : new Date(message.usefulUntil),
  };
}

export function sealedAddressee(masterKey: Uint8Array, key: string, addressee: Addressee): Buffer {
  return seal(masterKey, contextOf(key), Buffer.from(JSON.stringify(addressee)));
}

export function openedAddressee(masterKey: Uint8Array, key: string, sealed: Uint8Array): Addressee {
  return JSON.parse(Buffer.from(unseal(masterKey, contextOf(key), sealed)).toString('utf8'));
}

/** Binds an address to its message, so that swapping two rows is noticed. */
function contextOf(key: string): string {
  return `addressee of ${key}`;
}

/** A message that is this node's to send, until its lease ends. */
export type TakenMessage = {
  readonly id: string;
  readonly key: string;
  readonly channel: Channel;
  readonly occasion: Occasion;
  readonly language: Language;
  readonly addressee: Addressee;
  readonly event: number | null;
  readonly orderRef: string | null;
  readonly attempts: number;
  /** Since when it is being tried. */
  readonly since: Instant;
  readonly usefulUntil: Instant | null;
};

type TakenRow = {
  id: string;
  key: string;
  channel: Channel;
  template: Template;
  facts: never;
  language: Language;
  addressee: Buffer;
  event: number | null;
  order_ref: string | null;
  attempts: number;
  since: Date;
  useful_until: Date | null;
  is_bulk: boolean;
};

/** Takes what is due, up to a number, for so long; no two nodes are given the same. */
export async function takeDue(
  pool: Pool,
  masterKey: Uint8Array,
  wanted: {
    readonly channels: readonly Channel[];
    readonly limit: number;
    readonly leaseMs: number;
  },
  at: Instant,
): Promise<TakenMessage[]> {
  const { rows } = await pool.query<TakenRow>(
    `UPDATE outbox SET attempts = attempts + 1, due_at = $3
     WHERE id IN (SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= $1 AND channel = ANY($4)
                  ORDER BY is_bulk, due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING id, key, channel, template, facts, language, addressee, event, order_ref, attempts,
       since, useful_until, is_bulk`,
    [new Date(at), wanted.limit, new Date(at + wanted.leaseMs), wanted.channels],
  );
  // They come back in no order.
  rows.sort((a, b) => Number(a.is_bulk) - Number(b.is_bulk));
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    channel: row.channel,
    occasion: { template: row.template, facts: row.facts },
    language: row.language,
    addressee: openedAddressee(masterKey, row.key, row.addressee),
    event: row.event,
    orderRef: row.order_ref,
    attempts: row.attempts,
    since: row.since.getTime() as Instant,
    usefulUntil: row.useful_until === null ? null : (row.useful_until.getTime() as Instant),
  }));
}
