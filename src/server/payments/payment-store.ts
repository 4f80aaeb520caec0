// The table of payments.
import type { Pool, PoolClient } from 'pg';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import { type PaymentState, type PaymentSums, stateOf } from './payment-state.ts';
import type { ProviderName } from './provider.ts';

export type Payment = PaymentSums & {
  readonly id: string;
  readonly event: number;
  readonly order: string;
  readonly provider: ProviderName;
  readonly method: string | null;
  /** Of whoever began it: the same key of the same order is the same payment. */
  readonly requestKey: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly providerRef: string | null;
  readonly state: PaymentState;
  readonly takenBy: string | null;
  readonly begunAt: number;
  readonly expiresAt: number;
};

type Row = {
  id: string;
  event: number;
  order_id: string;
  provider: ProviderName;
  method: string | null;
  request_key: string;
  amount_minor: string;
  currency: string;
  provider_ref: string | null;
  state: PaymentState;
  authorised_minor: string;
  captured_minor: string;
  voided_minor: string;
  refunded_minor: string;
  is_ended: boolean;
  taken_by: string | null;
  begun_at: Date;
  expires_at: Date;
};

const COLUMNS = `id, event, order_id, provider, method, request_key, amount_minor, currency, provider_ref, state,
  authorised_minor, captured_minor, voided_minor, refunded_minor, is_ended, taken_by, begun_at, expires_at`;

function paymentOf(row: Row): Payment {
  return {
    id: row.id,
    event: row.event,
    order: row.order_id,
    provider: row.provider,
    method: row.method,
    requestKey: row.request_key,
    amountMinor: Number(row.amount_minor),
    currency: row.currency,
    providerRef: row.provider_ref,
    state: row.state,
    authorisedMinor: Number(row.authorised_minor),
    capturedMinor: Number(row.captured_minor),
    voidedMinor: Number(row.voided_minor),
    refundedMinor: Number(row.refunded_minor),
    isEnded: row.is_ended,
    takenBy: row.taken_by,
    begunAt: row.begun_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  };
}

export type NewPayment = Pick<
  Payment,
  | 'id'
  | 'event'
  | 'order'
  | 'provider'
  | 'method'
  | 'requestKey'
  | 'amountMinor'
  | 'currency'
  | 'takenBy'
  | 'expiresAt'
>;

export async function insertPayments(
  client: PoolClient,
  payments: readonly NewPayment[],
): Promise<Payment[]> {
  if (payments.length === 0) return [];
  const { rows } = await client.query<Row>({
    name: 'payments-insert',
    text: `INSERT INTO payments (id, event, order_id, provider, method, request_key, amount_minor, currency,
             taken_by, expires_at)
           SELECT id, event, ord, provider, method, key, amount, currency, taken_by,
             to_timestamp(expires / 1000)
           FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
             $8::text[], $9::text[], $10::float8[])
             AS p (id, event, ord, provider, method, key, amount, currency, taken_by, expires)
           RETURNING ${COLUMNS}`,
    values: [
      arrayLiteral(payments.map(({ id }) => id)),
      arrayLiteral(payments.map(({ event }) => event)),
      arrayLiteral(payments.map(({ order }) => order)),
      arrayLiteral(payments.map(({ provider }) => provider)),
      arrayLiteral(payments.map(({ method }) => method)),
      arrayLiteral(payments.map(({ requestKey }) => requestKey)),
      arrayLiteral(payments.map(({ amountMinor }) => amountMinor)),
      arrayLiteral(payments.map(({ currency }) => currency)),
      arrayLiteral(payments.map(({ takenBy }) => takenBy)),
      arrayLiteral(payments.map(({ expiresAt }) => expiresAt)),
    ],
  });
  return rows.map(paymentOf);
}

export async function findByKeys(
  client: Pool | PoolClient,
  keys: readonly Pick<Payment, 'order' | 'requestKey'>[],
): Promise<Payment[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM payments WHERE (order_id, request_key) IN (
       SELECT * FROM unnest($1::text[], $2::text[]))`,
    [
      arrayLiteral(keys.map(({ order }) => order)),
      arrayLiteral(keys.map(({ requestKey }) => requestKey)),
    ],
  );
  return rows.map(paymentOf);
}

export async function setProviderRef(pool: Pool, id: string, ref: string): Promise<void> {
  await pool.query(
    'UPDATE payments SET provider_ref = $2 WHERE id = $1 AND provider_ref IS DISTINCT FROM $2',
    [id, ref],
  );
}

export async function loadPayments(
  client: Pool | PoolClient,
  ids: readonly string[],
): Promise<Map<string, Payment>> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM payments WHERE id = ANY($1::text[])`,
    [arrayLiteral(ids)],
  );
  return new Map(rows.map((row) => [row.id, paymentOf(row)]));
}

export type PaymentFilter = {
  readonly event: number | null;
  readonly provider: string | null;
  readonly state: string | null;
  /** Only those begun before this id's; latest first. */
  readonly before: string | null;
  readonly limit: number;
};

export async function listPayments(pool: Pool, filter: PaymentFilter): Promise<Payment[]> {
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS} FROM payments p
     WHERE ($1::int IS NULL OR event = $1) AND ($2::text IS NULL OR provider = $2)
       AND ($3::text IS NULL OR state = $3)
       AND ($4::text IS NULL OR (begun_at, id) < (SELECT begun_at, id FROM payments WHERE id = $4))
     ORDER BY begun_at DESC, id DESC LIMIT $5`,
    [filter.event, filter.provider, filter.state, filter.before, filter.limit],
  );
  return rows.map(paymentOf);
}

/** Begun with this provider under this reference, as a buyer writes it on a bank transfer. */
export async function paymentByRef(
  pool: Pool | PoolClient,
  provider: ProviderName,
  ref: string,
): Promise<Payment | null> {
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS} FROM payments WHERE provider = $1 AND provider_ref = $2`,
    [provider, ref],
  );
  return rows[0] === undefined ? null : paymentOf(rows[0]);
}

/** Writes the sums of payments as they are now; the state follows from them. */
export async function writeSums(
  client: PoolClient,
  sums: ReadonlyMap<string, PaymentSums>,
): Promise<void> {
  const ids = [...sums.keys()];
  const all = [...sums.values()];
  await client.query(
    `UPDATE payments p SET authorised_minor = s.authorised, captured_minor = s.captured,
       voided_minor = s.voided, refunded_minor = s.refunded, is_ended = s.ended, state = s.state
     FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bool[], $7::text[])
       AS s (id, authorised, captured, voided, refunded, ended, state)
     WHERE p.id = s.id`,
    [
      arrayLiteral(ids),
      arrayLiteral(all.map(({ authorisedMinor }) => authorisedMinor)),
      arrayLiteral(all.map(({ capturedMinor }) => capturedMinor)),
      arrayLiteral(all.map(({ voidedMinor }) => voidedMinor)),
      arrayLiteral(all.map(({ refundedMinor }) => refundedMinor)),
      arrayLiteral(all.map(({ isEnded }) => isEnded)),
      arrayLiteral(all.map(stateOf)),
    ],
  );
}
