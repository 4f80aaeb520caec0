// An order as its papers need it: its tickets as faces, and for each how its holder comes in.
import type { RouteAdvice } from '#domain/delivery/route-advice.ts';
import { routeAdvice } from '#domain/delivery/route-advice.ts';
import { flagBits } from '#domain/seating/seat-table.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import type { TicketFace } from '#server/paper/ticket-face.ts';
import { ticketRef } from '#server/sales/issue-tickets.ts';
import { loadLines, loadOrders, type StoredOrder } from '#server/sales/order-store.ts';
import { noSuchOrder, type Sales } from '#server/sales/sales.ts';
import type { ServerContext } from '#server/server-context.ts';
import {
  eventFaceOf,
  type FaceRow,
  printedGates,
  readFaceRows,
  ticketFaceOf,
} from '#server/tickets/faces.ts';
import { readApproaches } from './approaches.ts';
import { gateLoads } from './gate-loads.ts';
import { knownSale } from './known-sale.ts';

export type PaperTicket = {
  readonly line: string;
  readonly face: TicketFace;
  readonly isLive: boolean;
  readonly advice: RouteAdvice;
};

export type OrderPapers = {
  readonly stored: StoredOrder;
  readonly event: OpenEvent;
  /** In the order of its lines. */
  readonly tickets: readonly PaperTicket[];
};

type Context = Pick<ServerContext, 'pool' | 'catalogue' | 'now'>;

/** @throws HttpProblem `not-found`, also for whoever does not know the order's secret */
export async function orderPapers(
  context: Context,
  sales: Sales,
  id: string,
  secret: string,
): Promise<OrderPapers> {
  if (!sales.mayRead(id, secret)) throw noSuchOrder();
  return await papersOfOrder(context, id);
}

/**
 * For whoever is known to be asking for the order's owner.
 *
 * @throws HttpProblem `not-found`
 */
export async function papersOfOrder(context: Context, id: string): Promise<OrderPapers> {
  const [stored] = await loadOrders(context.pool, [id]);
  if (stored === undefined) throw noSuchOrder();
  // Of a match that was moved nobody is given the old time: only claims notice that by themselves.
  const event = await context.catalogue.reload(stored.event);
  return { stored, event, tickets: await ticketsOf(context, stored, event) };
}

async function ticketsOf(
  context: Context,
  stored: StoredOrder,
  event: OpenEvent,
): Promise<PaperTicket[]> {
  const { pool } = context;
  const refs = stored.order.lines.map((line) => ticketRef(stored.id, line.id));
  const rows = new Map<string, FaceRow>();
  for await (const page of readFaceRows(pool, event, { refs })) {
    for (const row of page) rows.set(row.ref, row);
  }
  if (rows.size === 0) return [];
  const advise = await adviser(context, event, await wheelchairLines(context, stored));
  const face = eventFaceOf(event);
  return stored.order.lines.flatMap(({ id: line }) => {
    const row = rows.get(ticketRef(stored.id, line));
    if (row === undefined) return [];
    return [
      {
        line,
        face: ticketFaceOf(event, row, face),
        isLive: row.status === 'valid' && !row.is_blocked,
        advice: advise(line, row),
      },
    ];
  });
}

async function adviser({ pool, now }: Context, event: OpenEvent, stepFree: ReadonlySet<string>) {
  const { venue, doorsAt, startsAt } = event.ground.event;
  const approaches = await readApproaches(pool, venue.id);
  const loads = await gateLoads(pool, event, now());
  const times = { doorsAt, startsAt, timeZone: venue.timeZone };
  return (line: string, row: FaceRow): RouteAdvice => {
    const gates = printedGates(event, row).flatMap((id) => {
      const gate = event.ground.gates.get(id as never);
      const load = loads.get(id);
      if (gate === undefined || load === undefined) return [];
      const isStepFree = gate.lanes.some(({ kind }) => kind === 'accessible');
      return [{ id, name: gate.name, isStepFree, load }];
    });
    return routeAdvice(times, gates, approaches, stepFree.has(line));
  };
}

/** Lines in places that are reached without steps: for wheelchairs, and for whoever goes with one. */
async function wheelchairLines({ pool, now }: Context, stored: StoredOrder): Promise<Set<string>> {
  const sale = await knownSale(pool, stored.event, now());
  if (sale === null) return new Set();
  const wanted = flagBits(['wheelchair']) | flagBits(['step-free']);
  const lines = await loadLines(pool, [stored.id]);
  return new Set(
    lines
      .filter(({ seat }) => seat !== null && ((sale.table.flags[seat] ?? 0) & wanted) !== 0)
      .map(({ line }) => line),
  );
}
