// A later version of an offer may keep other seats back, or let them go, and so does the end of an allotment: the
// first step that sees it arranges the stock by it. Seats that are held or sold stay as they are.
import type { PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { OpenSale } from './open-sale.ts';
import type { StockStep } from './stock-step.ts';

export async function arrangeStock(client: PoolClient, step: StockStep): Promise<void> {
  const { memory } = step;
  const { sale } = memory;
  const kept = new Set(sale.keptAt(step.now as Instant));
  const blocked = [...kept].filter((seat) => memory.stateOf(seat) === 'free');
  const unblocked: number[] = [];
  for (let seat = 0; seat < sale.table.count; seat++) {
    if (memory.stateOf(seat) === 'blocked' && !kept.has(seat)) unblocked.push(seat);
  }
  if (blocked.length > 0) step.record({ kind: 'blocked', seats: blocked });
  if (unblocked.length > 0) step.record({ kind: 'unblocked', seats: unblocked });
  await writeAreas(client, sale);
  await client.query('UPDATE stock_heads SET arranged_for = $2 WHERE event = $1', [
    sale.event,
    sale.version,
  ]);
}

async function writeAreas(client: PoolClient, { event, areas }: OpenSale): Promise<void> {
  await client.query(
    `INSERT INTO stock_areas (event, area, capacity) SELECT $1, * FROM unnest($2::text[], $3::integer[])
     ON CONFLICT (event, area) DO UPDATE SET capacity = excluded.capacity`,
    [event, [...areas.keys()], [...areas.values()].map(({ capacity }) => capacity)],
  );
}
