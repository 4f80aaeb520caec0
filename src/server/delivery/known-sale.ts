import type { Pool } from 'pg';
import { loadSale, type OpenSale } from '#server/sales/open-sale.ts';

/** Papers name seats, which change with an audited act only: what they are made from may be as old as that. */
const KEPT_MS = 60_000;
const EVENTS_MAX = 4;

type Kept = { readonly at: number; readonly sale: Promise<OpenSale | null> };
const kept = new WeakMap<Pool, Map<number, Kept>>();

/** A sale to read from. Laying out 60,000 seats takes longer than all else of a paper: it is not done for each. */
export async function knownSale(pool: Pool, event: number, now: number): Promise<OpenSale | null> {
  const ofPool = kept.get(pool) ?? new Map<number, Kept>();
  kept.set(pool, ofPool);
  const known = ofPool.get(event);
  if (known !== undefined && Math.abs(now - known.at) < KEPT_MS) return await known.sale;
  const sale = loadSale(pool, event);
  ofPool.delete(event);
  for (const oldest of [...ofPool.keys()].slice(0, ofPool.size - EVENTS_MAX + 1))
    ofPool.delete(oldest);
  ofPool.set(event, { at: now, sale });
  sale.catch(() => ofPool.delete(event));
  return await sale;
}
