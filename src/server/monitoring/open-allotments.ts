import type { Pool } from 'pg';
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import { keptSeats } from '#domain/sales/seat-categories.ts';
import type { OpenAllotment } from '#domain/seating/lane-risks.ts';
import type { OpenSale } from '#server/sales/open-sale.ts';

/** Seats kept until a time that has not come. What is kept for good was decided on, and waits for nobody. */
export async function openAllotments(
  pool: Pool,
  { event, terms, layout }: OpenSale,
  doorsAt: number,
  now: Instant,
): Promise<OpenAllotment[]> {
  const open = terms.allotments.flatMap(({ until, ...allotment }) =>
    until === null || until <= now ? [] : [{ ...allotment, until }],
  );
  if (open.length === 0) return [];
  const sold = await soldAmong(pool, event, keptSeats(open, layout, now));
  return open.map((allotment) => ({
    name: allotment.name,
    seats: keptSeats([allotment], layout, now).filter((seat) => !sold.has(seat)).length,
    endsMinutesBeforeDoors: Math.round((doorsAt - allotment.until) / MINUTE_MS),
  }));
}

async function soldAmong(
  pool: Pool,
  event: number,
  seats: readonly number[],
): Promise<ReadonlySet<number>> {
  const { rows } = await pool.query<{ seat: number }>(
    `SELECT seat FROM stock_seats WHERE event = $1 AND state = 'sold' AND seat = ANY ($2::integer[])`,
    [event, seats],
  );
  return new Set(rows.map(({ seat }) => seat));
}
