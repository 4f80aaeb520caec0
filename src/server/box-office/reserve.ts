// Orders by phone: kept until a day, paid by transfer or when they are collected, and collected or posted.

import type { z } from 'zod';
import { may } from '#domain/access/roles.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { collectRequest, DeskOrder, ReservationRequest } from '#protocol/box-office.ts';
import { actorOf } from '#server/platform/acts.ts';
import { seal, unseal } from '#server/platform/crypto.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import { dueMinor } from '#server/sales/order-facts.ts';
import { loadOrders } from '#server/sales/order-store.ts';
import { noSuchOrder } from '#server/sales/sales.ts';
import type { EventRow } from '#server/venue/store.ts';
import { endHandover, isOwner } from './desk-orders.ts';
import {
  type Desk,
  deskViewOf,
  noteOrder,
  orderHeld,
  requireSum,
  shiftFor,
  takeFor,
} from './sell.ts';

const KEPT_MS_MAX = 14 * 24 * 3_600_000;

/** @throws HttpProblem `not-found`, `conflict`, `malformed-request` */
export async function reserve(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  request: ReservationRequest,
): Promise<DeskOrder> {
  const { handover, address } = request;
  if ((handover === 'post') !== (address !== undefined)) {
    throw malformedField('address', 'say where it is posted to, with `post` only');
  }
  const until = keptUntil(desk, event, request.until);
  const order = await orderHeld(desk, principal, event, request, until);
  const { masterKey } = desk.context;
  const sealed =
    address === undefined ? null : seal(masterKey, addressOf(order), Buffer.from(address));
  const way = handover === 'post' ? 'to-post' : 'to-collect';
  const made = { order, shift: null, handover: way, address: sealed } as const;
  await noteOrder(desk, principal, event, made);
  return await deskViewOf(desk, order);
}

/**
 * What is still to be paid is paid, and the papers go to whoever can say whose they are.
 *
 * @throws HttpProblem `not-found` also where the name is another: nobody learns which orders there are
 */
export async function collect(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  order: string,
  said: z.infer<typeof collectRequest>,
): Promise<DeskOrder> {
  const { context } = desk;
  if (said.name === undefined && said.phoneEnd === undefined) {
    throw malformedField('name', 'ask for the name, or the last four digits of the phone number');
  }
  await requireOrderOf(desk, event, order);
  if (!(await isOwner(context.pool, order, said))) throw noSuchOrder();
  await pay(desk, principal, event, order, said.payments);
  const view = await deskViewOf(desk, order);
  if (view.state !== 'issued') throw notPaid(view.state);
  await end(desk, principal, event, order, 'collected');
  return await deskViewOf(desk, order);
}

/** @throws HttpProblem `not-found`, `conflict` */
export async function post(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  order: string,
): Promise<DeskOrder> {
  await requireOrderOf(desk, event, order);
  const { state } = await deskViewOf(desk, order);
  if (state !== 'issued') throw notPaid(state);
  await end(desk, principal, event, order, 'posted');
  return await deskViewOf(desk, order);
}

/** What is still to be paid, exactly; nothing where nothing is. */
export async function pay(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  order: string,
  payments: Parameters<typeof requireSum>[0],
): Promise<void> {
  const stored = await requireOrderOf(desk, event, order);
  if (payments.length === 0) return;
  const shift = await shiftFor(desk, principal, payments);
  const due = dueMinor(stored.order);
  // The same request again, after its answer was lost: it is paid already.
  if (due > 0) requireSum(payments, due);
  const sale = `pay-${order}`;
  await takeFor(desk, principal, { order, shift, sale, payments });
}

/** Who looks is written down. @throws HttpProblem `not-found`, `forbidden` */
export async function readAddress(
  desk: Desk,
  principal: Principal | null,
  event: EventRow,
  order: string,
): Promise<{ name: string | null; address: string }> {
  if (principal?.kind !== 'operator' || !may(principal.role, 'holders.read')) {
    throw new HttpProblem('forbidden');
  }
  await requireOrderOf(desk, event, order);
  const { context } = desk;
  return await context.acts.do(principal, async (client) => {
    const { rows } = await client.query<{ address: Buffer | null; name: string | null }>(
      `SELECT d.address, p.name FROM desk_orders d
       LEFT JOIN order_people p ON p.order_id = d.order_id AND p.line = '' WHERE d.order_id = $1`,
      [order],
    );
    const [row] = rows;
    if (row === undefined || row.address === null) throw noSuchOrder();
    const plain = unseal(context.masterKey, addressOf(order), row.address);
    const result = { name: row.name, address: Buffer.from(plain).toString('utf8') };
    const act = { act: 'address.read', subject: `${event.id}/${order}`, detail: {} };
    return { result, act };
  });
}

async function end(
  { context }: Desk,
  principal: Principal | null,
  event: EventRow,
  order: string,
  as: 'collected' | 'posted',
): Promise<void> {
  const by = { person: actorOf(principal), at: new Date(context.now()) };
  await context.acts.do(principal, async (client) => {
    const isNew = await endHandover(client, order, as, by);
    const act = { act: `order.${as}`, subject: `${event.id}/${order}`, detail: {} };
    return { result: null, act: isNew ? act : null };
  });
}

function keptUntil({ context }: Desk, { file }: EventRow, text: string): Instant {
  const until = parseInstant(text);
  const now = context.now();
  const latest = Math.min(now + KEPT_MS_MAX, Date.parse(file.endsAt));
  if (until === null || until <= now || until > latest) {
    throw malformedField('until', 'a moment to come, within 14 days and before the match is over');
  }
  return until;
}

async function requireOrderOf({ context }: Desk, event: EventRow, order: string) {
  const [stored] = await loadOrders(context.pool, [order]);
  if (stored === undefined || stored.event !== event.number) throw noSuchOrder();
  return stored;
}

function notPaid(state: string): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `this order is ${state}: there are no tickets of it`,
    mend: 'take what is due, or wait for the transfer',
    more: { why: state },
  });
}

function addressOf(order: string): string {
  return `post address of ${order}`;
}
