// The table of what remains to be asked of providers. A job is done when a fact says so, not when a call came back.
import type { Pool, PoolClient } from 'pg';
import { arrayLiteral } from '#server/platform/array-literal.ts';

export type JobKind = 'capture' | 'void' | 'refund' | 'query';

export type NewJob = {
  readonly payment: string;
  readonly kind: JobKind;
  /** Empty for a query, and for closing a payment of which no charge is known. */
  readonly charge: string;
  readonly amountMinor: number;
  readonly key: string;
  /** Of a refund: the order's name for it. */
  readonly returnKey: string | null;
  /** Of a refund: paid out as this member's club credit; null: the way it came. */
  readonly toMember: string | null;
  readonly dueInMs: number;
};

export type Job = Omit<NewJob, 'dueInMs'> & {
  readonly id: string;
  /** With the one that it was just taken for. */
  readonly attempts: number;
  /** Of a query: `settled` when it is only to look once more. */
  readonly outcome: string | null;
};

/** A job whose key is there already was posted before: nothing is added. */
export async function postJobs(client: PoolClient, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await client.query(
    `INSERT INTO payment_jobs (payment, kind, charge, amount_minor, key, return_key, to_member, due_at)
     SELECT payment, kind, charge, amount, key, return_key, to_member,
       now() + make_interval(secs => due / 1000.0)
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
       $8::bigint[]) AS j (payment, kind, charge, amount, key, return_key, to_member, due)
     ON CONFLICT ON CONSTRAINT payment_job_posted DO NOTHING`,
    [
      arrayLiteral(jobs.map(({ payment }) => payment)),
      arrayLiteral(jobs.map(({ kind }) => kind)),
      arrayLiteral(jobs.map(({ charge }) => charge)),
      arrayLiteral(jobs.map(({ amountMinor }) => amountMinor)),
      arrayLiteral(jobs.map(({ key }) => key)),
      arrayLiteral(jobs.map(({ returnKey }) => returnKey)),
      arrayLiteral(jobs.map(({ toMember }) => toMember)),
      arrayLiteral(jobs.map(({ dueInMs }) => Math.round(dueInMs))),
    ],
  );
}

type Row = {
  id: string;
  payment: string;
  kind: JobKind;
  charge: string;
  amount_minor: string;
  key: string;
  return_key: string | null;
  to_member: string | null;
  attempts: number;
  outcome: string | null;
};

const COLUMNS =
  'id, payment, kind, charge, amount_minor, key, return_key, to_member, attempts, outcome';

/**
 * Those longest due first, of payments of these providers; no two nodes take the same.
 *
 * @param leaseMs - so long nobody else takes them; whoever has not finished by then is taken to be dead
 */
export async function takeJobs(
  pool: Pool,
  { providers, limit, leaseMs }: JobsWanted,
): Promise<Job[]> {
  const { rows } = await pool.query<Row>({
    name: 'payment-jobs-take',
    text: `UPDATE payment_jobs SET attempts = attempts + 1,
             due_at = now() + make_interval(secs => $2 / 1000.0)
           WHERE id IN (
             SELECT j.id FROM payment_jobs j JOIN payments p ON p.id = j.payment
             WHERE j.done_at IS NULL AND j.due_at <= now() AND p.provider = ANY($3::text[])
             ORDER BY j.due_at FOR UPDATE OF j SKIP LOCKED LIMIT $1)
           RETURNING ${COLUMNS}`,
    values: [limit, leaseMs, arrayLiteral(providers)],
  });
  return rows.map(jobOf);
}

export type JobsWanted = {
  readonly providers: readonly string[];
  readonly limit: number;
  readonly leaseMs: number;
};

/** Taken and not carried out to the end: whoever looks next may have them at once. */
export async function releaseJobs(pool: Pool, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return;
  await pool.query(
    `UPDATE payment_jobs j SET due_at = now() FROM unnest($1::bigint[], $2::int[]) AS r (id, attempts)
     WHERE j.id = r.id AND j.attempts = r.attempts AND j.done_at IS NULL`,
    [arrayLiteral(jobs.map(({ id }) => id)), arrayLiteral(jobs.map(({ attempts }) => attempts))],
  );
}

function jobOf({ amount_minor, return_key, to_member, ...row }: Row): Job {
  return {
    ...row,
    amountMinor: Number(amount_minor),
    returnKey: return_key,
    toMember: to_member,
  };
}

/** The order's names of refunds, by the keys that providers know them by. */
export async function returnKeys(
  client: PoolClient,
  keys: readonly string[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await client.query<{ key: string; return_key: string }>(
    `SELECT key, return_key FROM payment_jobs WHERE key = ANY($1::text[]) AND return_key IS NOT NULL`,
    [arrayLiteral(keys)],
  );
  return new Map(rows.map(({ key, return_key }) => [key, return_key]));
}

export type JobEnd = { readonly id: string; readonly outcome: string };

export async function finishJobs(
  client: Pool | PoolClient,
  ends: readonly JobEnd[],
): Promise<void> {
  if (ends.length === 0) return;
  await client.query(
    `UPDATE payment_jobs j SET done_at = now(), outcome = e.outcome, trouble = NULL
     FROM unnest($1::bigint[], $2::text[]) AS e (id, outcome) WHERE j.id = e.id AND j.done_at IS NULL`,
    [arrayLiteral(ends.map(({ id }) => id)), arrayLiteral(ends.map(({ outcome }) => outcome))],
  );
}

/** @param trouble - why, in our words; null: all is well, only not yet */
export async function postponeJob(
  pool: Pool,
  id: string,
  delayMs: number,
  trouble: string | null,
): Promise<void> {
  await pool.query(
    `UPDATE payment_jobs SET due_at = now() + make_interval(secs => $2 / 1000.0), trouble = $3
     WHERE id = $1 AND done_at IS NULL`,
    [id, delayMs, trouble],
  );
}

/** Asks at once, not when their time comes: something is known to have happened. */
export async function hastenQueries(
  client: PoolClient,
  payments: readonly string[],
): Promise<void> {
  await client.query(
    `UPDATE payment_jobs SET due_at = now(), done_at = NULL
     WHERE payment = ANY($1::text[]) AND kind = 'query'`,
    [arrayLiteral(payments)],
  );
}

/** Payments that are settled need no more queries, or one more after a while. */
export async function settleQueries(
  client: PoolClient,
  settled: readonly { readonly payment: string; readonly looksAgainAfterMs: number | null }[],
): Promise<void> {
  if (settled.length === 0) return;
  await client.query(
    `UPDATE payment_jobs j SET
       outcome = 'settled',
       done_at = CASE WHEN s.again IS NULL THEN now() END,
       due_at = CASE WHEN s.again IS NULL THEN due_at ELSE now() + make_interval(secs => s.again / 1000.0) END
     FROM unnest($1::text[], $2::bigint[]) AS s (payment, again)
     WHERE j.payment = s.payment AND j.kind = 'query' AND j.done_at IS NULL AND j.outcome IS NULL`,
    [
      arrayLiteral(settled.map(({ payment }) => payment)),
      arrayLiteral(settled.map(({ looksAgainAfterMs }) => looksAgainAfterMs)),
    ],
  );
}

export type JobView = Job & {
  readonly dueAt: number;
  readonly doneAt: number | null;
  readonly trouble: string | null;
};

export async function jobsOf(pool: Pool, payment: string): Promise<JobView[]> {
  const { rows } = await pool.query<
    Row & { due_at: Date; done_at: Date | null; trouble: string | null }
  >(
    `SELECT ${COLUMNS}, due_at, done_at, trouble FROM payment_jobs WHERE payment = $1 ORDER BY id`,
    [payment],
  );
  return rows.map(({ due_at, done_at, trouble, ...row }) => ({
    ...jobOf(row),
    trouble,
    dueAt: due_at.getTime(),
    doneAt: done_at?.getTime() ?? null,
  }));
}

/** Refunds of these orders that nobody has paid out yet, by the keys they are known by. */
export async function unsettledRefunds(
  pool: Pool,
  orders: readonly string[],
  prefix: string,
): Promise<{ payment: string; key: string }[]> {
  const { rows } = await pool.query<{ payment: string; key: string }>(
    `SELECT j.payment, j.key FROM payment_jobs j JOIN payments p ON p.id = j.payment
     WHERE p.order_id = ANY ($1::text[]) AND j.kind = 'refund' AND j.done_at IS NULL
       AND starts_with(j.return_key, $2) ORDER BY j.id`,
    [arrayLiteral(orders), prefix],
  );
  return rows;
}
