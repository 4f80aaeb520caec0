import type { PoolClient } from 'pg';

/** What the club owes a member, by the ledger, in minor units; below nought it cannot be. */
export async function creditOf(
  client: PoolClient,
  member: string,
  currency: string,
): Promise<number> {
  const { rows } = await client.query<{ minor: string | null }>(
    `SELECT sum(CASE WHEN credit = $1 THEN amount_minor ELSE -amount_minor END) AS minor
     FROM ledger WHERE (credit = $1 OR debit = $1) AND currency = $2`,
    [`credit:${member}`, currency],
  );
  return Number(rows[0]?.minor ?? 0);
}
