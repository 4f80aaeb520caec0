// After a match its pledges are settled by what the gate recorded, without anybody having to think of it; and again
// while journals of lanes may still come in.
import type { PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ArrivalsSettled } from '#protocol/arrivals.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { noSuchEvent } from '#server/venue/find-event.ts';
import { type EventRow, lockEvent } from '#server/venue/store.ts';
import { settlePledges } from './arrival-pledges.ts';
import { SaleOffers } from './offer-store.ts';
import { payOutArrivals } from './pay-out-arrivals.ts';
import type { Sales } from './sales.ts';

const LOOK_EVERY_MS = 60_000;
const AGAIN_EVERY_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** So long after its end an event is looked at. */
const LATE_JOURNALS_MS = 7 * DAY_MS;

/** Says which pledges were kept, and pays out what they are owed. @throws HttpProblem `not-found` */
export async function settleArrivals(
  { acts, now }: ServerContext,
  sales: Sales,
  principal: Principal | null,
  event: string,
): Promise<ArrivalsSettled> {
  const offers = new SaleOffers();
  const { settled, number } = await acts.do(principal, async (client) => {
    const row = await lockedEvent(client, event);
    const terms = await offers.inForce(client, row);
    const result = await settlePledges(client, row.number, terms?.arrivals ?? [], now());
    const detail = { settled: result.settled, kept: result.credits.length };
    const act = { act: 'arrivals.settled', subject: row.id, detail };
    return {
      result: { settled: result, number: row.number },
      act: result.settled === 0 ? null : act,
    };
  });
  if (settled.credits.length > 0) await payOutArrivals(sales.line(number));
  return settled;
}

export async function lockedEvent(client: PoolClient, eventId: string): Promise<EventRow> {
  const row = await lockEvent(client, eventId);
  if (row === null) throw noSuchEvent(eventId);
  return row;
}

/** Settles by itself what has ended, until the context stops. */
export function keepArrivalsSettled(context: ServerContext, sales: Sales): void {
  const settledAt = new Map<string, number>();
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      for (const { id, isNew } of await endedEvents(context, context.now())) {
        const before = settledAt.get(id) ?? Number.NEGATIVE_INFINITY;
        if (!isNew && performance.now() - before < AGAIN_EVERY_MS) continue;
        await settleArrivals(context, sales, null, id);
        settledAt.set(id, performance.now());
      }
    } catch (error) {
      context.log.warn({ err: error }, 'arrivals: not settled; tried again in a minute');
    } finally {
      isLooking = false;
    }
  };
  const looking = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  context.stopping.addEventListener('abort', () => clearInterval(looking));
}

/** That have pledges, ended lately. `isNew`: something of it has not been settled or paid at all. */
export async function endedEvents(
  { pool }: Pick<ServerContext, 'pool'>,
  now: Instant,
): Promise<{ id: string; isNew: boolean }[]> {
  const { rows } = await pool.query<{ id: string; isNew: boolean }>(
    `SELECT e.id, bool_or(p.outcome IS NULL OR (p.owed_minor > 0 AND p.paid_minor IS NULL)) AS "isNew"
     FROM arrival_pledges p JOIN events e ON e.number = p.event
     WHERE (e.file ->> 'endsAt')::timestamptz <= $1 AND (e.file ->> 'endsAt')::timestamptz > $2
     GROUP BY e.number ORDER BY e.number`,
    [new Date(now), new Date(now - LATE_JOURNALS_MS)],
  );
  return rows;
}
