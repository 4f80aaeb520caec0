// The table of facts.
import type { Pool, PoolClient } from 'pg';
import type { OrderDecision } from '#domain/sales/order-fact.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import type { FactKind, ProviderFact } from './provider.ts';

export type HeardBy = 'webhook' | 'answer' | 'query' | 'staff' | 'file';
export type HeardFact = ProviderFact & { readonly provider: string; readonly heardBy: HeardBy };
export type StoredDecision = OrderDecision | 'spare' | 'waiting' | 'unmatched';
export type StoredFact = HeardFact & {
  readonly decision: StoredDecision;
  readonly heardAt: number;
};

type Row = {
  provider: string;
  id: string;
  payment: string;
  kind: FactKind;
  charge: string;
  amount_minor: string;
  currency: string;
  key: string | null;
  decision: StoredDecision;
  heard_by: HeardBy;
  heard_at: Date;
};

const COLUMNS =
  'provider, id, payment, kind, charge, amount_minor, currency, key, decision, heard_by, heard_at';

function factOf(row: Row): StoredFact {
  return {
    provider: row.provider,
    id: row.id,
    payment: row.payment,
    kind: row.kind,
    charge: row.charge,
    amountMinor: Number(row.amount_minor),
    currency: row.currency,
    key: row.key,
    decision: row.decision,
    heardBy: row.heard_by,
    heardAt: row.heard_at.getTime(),
  };
}

export async function factsOf(
  client: Pool | PoolClient,
  payments: readonly string[],
): Promise<StoredFact[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM payment_facts WHERE payment = ANY($1::text[]) ORDER BY heard_at, id`,
    [arrayLiteral(payments)],
  );
  return rows.map(factOf);
}

/** Facts about payments that nobody here has begun. */
export async function unmatchedFacts(pool: Pool, limit: number): Promise<StoredFact[]> {
  const { rows } = await pool.query<Row>(
    `SELECT ${COLUMNS} FROM payment_facts WHERE decision = 'unmatched' ORDER BY heard_at DESC LIMIT $1`,
    [limit],
  );
  return rows.map(factOf);
}

/** Those of these names that we know. */
export async function factsNamed(
  client: PoolClient,
  provider: string,
  ids: readonly string[],
): Promise<Map<string, StoredFact>> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM payment_facts WHERE provider = $1 AND id = ANY($2::text[])`,
    [provider, arrayLiteral(ids)],
  );
  return new Map(rows.map((row) => [row.id, factOf(row)]));
}

/** Money that moved by our facts, and that no file has told of yet. */
export async function factsHeardBetween(
  client: PoolClient,
  provider: string,
  from: number,
  until: number,
): Promise<StoredFact[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM payment_facts
     WHERE provider = $1 AND heard_at >= $2 AND heard_at < $3 AND kind IN ('captured', 'refunded')
       AND reconciled_by IS NULL ORDER BY heard_at, id`,
    [provider, new Date(from), new Date(until)],
  );
  return rows.map(factOf);
}

/** @param found - names of facts that the file tells of */
export async function noteReconciled(
  client: PoolClient,
  file: {
    readonly provider: string;
    readonly day: string;
    readonly fileHash: Buffer;
    readonly lines: number;
    readonly differences: number;
    readonly madeBy: string;
  },
  found: readonly string[],
): Promise<void> {
  const { provider, day, fileHash, lines, differences, madeBy } = file;
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO reconciliations (provider, day, file_hash, lines, differences, made_by)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [provider, day, fileHash, lines, differences, madeBy],
  );
  await client.query(
    `UPDATE payment_facts SET reconciled_by = $3
     WHERE provider = $1 AND id = ANY($2::text[]) AND reconciled_by IS NULL`,
    [provider, arrayLiteral(found), rows[0]?.id],
  );
}

export type DecidedFact = HeardFact & { readonly decision: StoredDecision };

/** Those that are there already are left as they are, but for what they were waiting for. */
export async function writeFacts(
  client: Pool | PoolClient,
  facts: readonly DecidedFact[],
): Promise<void> {
  if (facts.length === 0) return;
  await client.query(
    `INSERT INTO payment_facts AS f (provider, id, payment, kind, charge, amount_minor, currency, decision,
       heard_by, key)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
       $7::text[], $8::text[], $9::text[], $10::text[])
     ON CONFLICT ON CONSTRAINT payment_fact_known
       DO UPDATE SET decision = excluded.decision WHERE f.decision IN ('waiting', 'unmatched')`,
    [
      arrayLiteral(facts.map(({ provider }) => provider)),
      arrayLiteral(facts.map(({ id }) => id)),
      arrayLiteral(facts.map(({ payment }) => payment)),
      arrayLiteral(facts.map(({ kind }) => kind)),
      arrayLiteral(facts.map(({ charge }) => charge)),
      arrayLiteral(facts.map(({ amountMinor }) => amountMinor)),
      arrayLiteral(facts.map(({ currency }) => currency)),
      arrayLiteral(facts.map(({ decision }) => decision)),
      arrayLiteral(facts.map(({ heardBy }) => heardBy)),
      arrayLiteral(facts.map(({ key }) => key)),
    ],
  );
}
