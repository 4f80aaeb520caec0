// Tickets counted out to a desk: an order that the desk owes instead of paying. They are good at every gate from then
// on, and the desk keeps their slips.
import type { Pool, PoolClient } from 'pg';
import type {
  ConsignedPlace,
  ConsignedTicket,
  Consignment,
  Consignments,
  ConsignRequest,
} from '#protocol/consignments.ts';
import { takeByHand } from '#server/payments/take-by-hand.ts';
import { actorOf } from '#server/platform/acts.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import { ticketRef } from '#server/sales/issue-tickets.ts';
import { loadOrders, type StoredOrder } from '#server/sales/order-store.ts';
import { eventFaceOf, readFaceRows, ticketFaceOf } from '#server/tickets/faces.ts';
import type { EventRow } from '#server/venue/store.ts';
import { type Desk, noteOrder, orderHeld, requireShift } from './sell.ts';

/** Both are numbered when they are counted out: from then on either may be on paper. */
const COPIES = [0, 1] as const;

/** The same sale again is the same consignment. @throws HttpProblem `not-found`, `conflict` */
export async function countOut(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  request: ConsignRequest,
): Promise<Consignment> {
  const { context, payments } = desk;
  if (!payments.providers.has('consignment')) throw notCountedOut();
  const shift = await requireShift(desk, principal);
  const order = await orderHeld(desk, principal, event, request, null);
  await noteOrder(desk, principal, event, { order, shift, handover: 'at-once', address: null });
  const [stored] = await loadOrders(context.pool, [order]);
  if (stored === undefined) throw new Error('the order has just been written');
  requireOwable(stored);
  const person = actorOf(principal);
  const { totalMinor, currency } = stored.quote;
  const owed = { order, currency, amountMinor: totalMinor, requestId: request.sale };
  const hand = { actor: person, node: context.node };
  await takeByHand(payments, hand, { ...owed, provider: 'consignment' }, async (client) => {
    await write(client, stored, { person, shift, sale: request.sale, at: new Date(context.now()) });
  });
  return { order, currency, tickets: await slipsOf(desk, event, stored) };
}

/** All of the event, and what whoever asks has yet to answer for. */
export async function consignmentsOf(
  pool: Pool,
  event: number,
  principal: Principal | null,
): Promise<Consignments> {
  const person = actorOf(principal);
  const { rows } = await pool.query<Row>(
    `SELECT c.order_id, c.person, c.made_at, o.quote ->> 'currency' AS currency,
       coalesce(t.outcome, 'out') AS outcome, count(*)::integer AS tickets, sum(t.amount_minor) AS minor
     FROM consignments c JOIN orders o ON o.id = c.order_id
       JOIN consigned_tickets t ON t.order_id = c.order_id
     WHERE c.event = $1 GROUP BY 1, 2, 3, 4, 5 ORDER BY c.made_at, c.order_id`,
    [event],
  );
  const own = await pool.query<ConsignedPlace & { minor: string }>(
    `SELECT c.ref, t.section, t."row", t.seat, t.type, c.amount_minor AS minor
     FROM consigned_tickets c JOIN consignments o ON o.order_id = c.order_id
       JOIN tickets t ON t.event = c.event AND t.ref = c.ref
     WHERE c.event = $1 AND o.person = $2 AND c.outcome IS NULL ORDER BY t.serial`,
    [event, person],
  );
  const byOrder = Map.groupBy(rows, ({ order_id }) => order_id);
  return {
    consignments: [...byOrder].flatMap(([order, [first, ...others]]) => {
      if (first === undefined) return [];
      const count = (outcome: Row['outcome']) => {
        const row = [first, ...others].find((one) => one.outcome === outcome);
        return { tickets: row?.tickets ?? 0, amountMinor: Number(row?.minor ?? 0) };
      };
      return [
        {
          order,
          person: first.person,
          isOwn: first.person === person,
          madeAt: iso(first.made_at.getTime()),
          currency: first.currency,
          out: count('out'),
          sold: count('sold'),
          returned: count('returned'),
          entered: count('entered'),
        },
      ];
    }),
    own: own.rows.map(({ minor, ...place }) => ({ ...place, amountMinor: Number(minor) })),
  };
}

type Row = {
  order_id: string;
  person: string;
  made_at: Date;
  currency: string;
  outcome: 'out' | 'sold' | 'returned' | 'entered';
  tickets: number;
  minor: string;
};

async function write(
  client: PoolClient,
  { id, event, quote }: StoredOrder,
  by: { readonly person: string; readonly shift: string; readonly sale: string; readonly at: Date },
): Promise<void> {
  const refs = quote.lines.map((line) => ticketRef(id, line.id));
  await client.query(
    `INSERT INTO consignments (order_id, event, person, shift, made_at) VALUES ($1, $2, $3, $4, $5)`,
    [id, event, by.person, by.shift, by.at],
  );
  await client.query(
    `INSERT INTO consigned_tickets (event, ref, order_id, line, amount_minor)
     SELECT $1, ref, $2, line, amount FROM unnest($3::text[], $4::text[], $5::bigint[]) AS t (ref, line, amount)`,
    [
      event,
      id,
      arrayLiteral(refs),
      arrayLiteral(quote.lines.map((line) => line.id)),
      arrayLiteral(quote.lines.map((line) => line.totalMinor)),
    ],
  );
  for (const copy of COPIES) {
    await client.query(
      `INSERT INTO ticket_prints (id, event, ref, request_key, person, state, copy, queued_at)
       SELECT id, $1, ref, $2, $3, 'printing', $4, $5 FROM unnest($6::text[], $7::text[]) AS p (id, ref)`,
      [
        event,
        `${by.sale}-${copy}`,
        by.person,
        copy,
        by.at,
        arrayLiteral(refs.map(() => randomName('print-', 8))),
        arrayLiteral(refs),
      ],
    );
  }
}

async function slipsOf(
  { context }: Desk,
  { number }: EventRow,
  { id, quote }: StoredOrder,
): Promise<ConsignedTicket[]> {
  const { slipEscpos } = await import('#server/paper/slip-escpos.ts');
  const event = await context.catalogue.get(number);
  const amounts = new Map(quote.lines.map((line) => [ticketRef(id, line.id), line.totalMinor]));
  const tickets: ConsignedTicket[] = [];
  const face = eventFaceOf(event);
  const printedAt = context.now();
  for await (const rows of readFaceRows(context.pool, event, { refs: [...amounts.keys()] })) {
    for (const row of rows) {
      const ticket = ticketFaceOf(event, row, face);
      const [slip = '', again = ''] = COPIES.map((copy) => {
        const { bytes } = slipEscpos(ticket, { printedAt, duplicate: copy > 0, copy });
        return bytes.toString('base64');
      });
      const { ref, section, row: seatRow, seat, code } = ticket;
      const amountMinor = amounts.get(ref) ?? 0;
      tickets.push({
        ref,
        section,
        row: seatRow,
        seat,
        type: row.type,
        amountMinor,
        code,
        slip,
        again,
      });
    }
  }
  return tickets;
}

/** What is owed is owed ticket by ticket: a fee of the order as a whole would belong to none of them. */
function requireOwable({ quote }: StoredOrder): void {
  if (quote.fees.length === 0 && quote.lines.every(({ totalMinor }) => totalMinor > 0)) return;
  throw new HttpProblem('conflict', {
    detail: 'tickets that cost nothing, or with a fee of the order as a whole, are not counted out',
    mend: 'sell them while the hub is there, or leave that fee out of this channel',
    more: { why: 'not-consigned' },
  });
}

function notCountedOut(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'tickets are not counted out here',
    mend: 'name "consignment" in DIR/payments/hand.json and start the server again',
    more: { why: 'not-consigned' },
  });
}
