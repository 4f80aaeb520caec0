// What should be in a drawer, reckoned from what was taken and moved.
import type { Pool, PoolClient } from 'pg';
import type { DeskShift } from '#protocol/box-office.ts';
import { iso } from '#server/platform/clock.ts';

export type ShiftRow = {
  id: string;
  desk: string;
  person: string;
  currency: string;
  float_minor: string;
  opened_at: Date;
  closed_at: Date | null;
  counted_minor: string | null;
  expected_minor: string | null;
};

export async function shiftViewOf(client: Pool | PoolClient, row: ShiftRow): Promise<DeskShift> {
  const taken = await client.query<{ provider: string; count: string; minor: string }>(
    `SELECT provider, count(*) AS count, sum(amount_minor) AS minor FROM (
       SELECT provider, amount_minor FROM desk_takings WHERE shift = $1 AND currency = $2
       UNION ALL SELECT provider, amount_minor FROM consigned_takings WHERE shift = $1 AND currency = $2) t
     GROUP BY provider ORDER BY provider`,
    [row.id, row.currency],
  );
  // Cash that the same person wrote down at the gate's desk meanwhile went into the same drawer.
  const moved = await client.query<{ minor: string }>(
    `SELECT (SELECT coalesce(sum(amount_minor), 0) FROM desk_moves WHERE shift = $1)
       + (SELECT coalesce(sum(minor), 0) FROM cash_entries WHERE taken_by = $2 AND currency = $3
            AND taken_at >= $4 AND ($5::timestamptz IS NULL OR taken_at < $5)) AS minor`,
    [row.id, row.person, row.currency, row.opened_at, row.closed_at],
  );
  const consigned = await consignedOf(client, row.id);
  const sums = taken.rows.map(({ provider, count, minor }) => {
    return { provider, count: Number(count), amountMinor: Number(minor) };
  });
  const movedMinor = Number(moved.rows[0]?.minor ?? 0);
  const floatMinor = Number(row.float_minor);
  const cash = sums.find(({ provider }) => provider === 'cash')?.amountMinor ?? 0;
  const reckoned = floatMinor + cash + movedMinor;
  const expectedMinor = row.expected_minor === null ? reckoned : Number(row.expected_minor);
  const countedMinor = row.counted_minor === null ? null : Number(row.counted_minor);
  return {
    id: row.id,
    desk: row.desk,
    person: row.person,
    currency: row.currency,
    floatMinor,
    openedAt: iso(row.opened_at.getTime()),
    closedAt: row.closed_at === null ? null : iso(row.closed_at.getTime()),
    sums,
    movedMinor,
    expectedMinor,
    consigned,
    countedMinor,
    differenceMinor: countedMinor === null ? null : countedMinor - expectedMinor,
  };
}

async function consignedOf(
  client: Pool | PoolClient,
  shift: string,
): Promise<DeskShift['consigned']> {
  const { rows } = await client.query<{ out: number; entered: number; owed: string }>(
    `SELECT count(*) FILTER (WHERE t.outcome IS NULL)::integer AS out,
       count(*) FILTER (WHERE t.outcome = 'entered')::integer AS entered,
       coalesce(sum(t.amount_minor) FILTER (WHERE t.outcome IS NULL OR t.outcome = 'entered'), 0) AS owed
     FROM consignments c JOIN consigned_tickets t ON t.order_id = c.order_id WHERE c.shift = $1`,
    [shift],
  );
  const { out = 0, entered = 0, owed = '0' } = rows[0] ?? {};
  return { out, entered, owedMinor: Number(owed) };
}
