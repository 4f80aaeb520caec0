// The desk's own addresses. Who may: `desk.order` finds, holds and reserves, `desk.sell` takes money and keeps a
// drawer, `papers.print` prints.
import type { FastifyInstance } from 'fastify';
import {
  addressView,
  BOX_OFFICE,
  boxHoldParams,
  boxOrderParams,
  collectRequest,
  deskHold,
  deskHoldRequest,
  deskOffer,
  deskOrder,
  deskReleaseRequest,
  deskSaleRequest,
  eventParams,
  ordersFound,
  payRequest,
  reservationRequest,
  searchOrdersRequest,
} from '#protocol/box-office.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { addConsignmentRoutes } from './consignment-routes.ts';
import { searchOrders } from './desk-orders.ts';
import { deskOfferOf } from './offer.ts';
import { addPrintRoutes } from './print-routes.ts';
import { collect, pay, post, readAddress, reserve } from './reserve.ts';
import { type Desk, deskViewOf, holdForSale, releaseHold, sell } from './sell.ts';
import { addShiftRoutes } from './shift-routes.ts';

const ORDERS = { rule: { allow: 'desk.order' }, tag: 'box office' } as const;
const SALES = { rule: { allow: 'desk.sell' }, tag: 'box office' } as const;

export function addBoxOfficeRoutes(app: FastifyInstance, desk: Desk): void {
  addSelling(app, desk);
  addReserving(app, desk);
  addHandingOver(app, desk);
  addPrintRoutes(app, desk.context);
  addShiftRoutes(app, desk.context);
  addConsignmentRoutes(app, desk);
}

function addSelling(app: FastifyInstance, desk: Desk): void {
  const { pool } = desk.context;
  addRoute(app, {
    ...ORDERS,
    method: 'GET',
    url: `${BOX_OFFICE}/offer`,
    summary: 'What this desk may sell now, and how it may be paid for here',
    params: eventParams,
    answer: deskOffer,
    handle: async ({ params, principal }) => {
      const row = await eventOr404(pool, params.id);
      const memory = await desk.sales.line(row.number).look();
      return deskOfferOf(memory, principal, desk.payments, desk.context.now());
    },
  });

  addRoute(app, {
    ...ORDERS,
    method: 'POST',
    url: `${BOX_OFFICE}/holds`,
    summary: 'Hold seats for a sale at the desk; the same sale and wish again is the same hold',
    params: eventParams,
    body: deskHoldRequest,
    answer: deskHold,
    handle: async ({ params, body, principal }) =>
      await holdForSale(desk, principal, await eventOr404(pool, params.id), body),
  });

  addRoute(app, {
    ...ORDERS,
    method: 'POST',
    url: `${BOX_OFFICE}/holds/:hold/release`,
    summary: 'Give it up: its places are free at once',
    params: boxHoldParams,
    body: deskReleaseRequest,
    handle: async ({ params, body, principal }) => {
      await eventOr404(pool, params.id);
      await releaseHold(desk, principal, params.hold, body.sale);
      return { released: true };
    },
  });

  addRoute(app, {
    ...SALES,
    method: 'POST',
    url: `${BOX_OFFICE}/sales`,
    summary:
      'Order what is held, take the money, issue the tickets; the same sale again is the same',
    params: eventParams,
    body: deskSaleRequest,
    answer: deskOrder,
    handle: async ({ params, body, principal }) =>
      await sell(desk, principal, await eventOr404(pool, params.id), body),
  });
}

function addReserving(app: FastifyInstance, desk: Desk): void {
  const { pool } = desk.context;
  addRoute(app, {
    ...ORDERS,
    method: 'POST',
    url: `${BOX_OFFICE}/reservations`,
    summary: 'An order by phone: kept until a day, paid by transfer or when it is collected',
    params: eventParams,
    body: reservationRequest,
    answer: deskOrder,
    handle: async ({ params, body, principal }) =>
      await reserve(desk, principal, await eventOr404(pool, params.id), body),
  });

  addRoute(app, {
    ...ORDERS,
    method: 'POST',
    url: `${BOX_OFFICE}/orders/search`,
    summary: 'Orders by reference, ticket, name or the end of a phone number; masked',
    params: eventParams,
    body: searchOrdersRequest,
    answer: ordersFound,
    handle: async ({ params, body }) => {
      const row = await eventOr404(pool, params.id);
      return await searchOrders(pool, row.number, body.q);
    },
  });
}

function addHandingOver(app: FastifyInstance, desk: Desk): void {
  const { pool } = desk.context;
  addRoute(app, {
    ...SALES,
    method: 'POST',
    url: `${BOX_OFFICE}/orders/:order/pay`,
    summary: 'Take what is still to be paid of an order, in one part or several',
    params: boxOrderParams,
    body: payRequest,
    answer: deskOrder,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(pool, params.id);
      await pay(desk, principal, row, params.order, body.payments);
      return await deskViewOf(desk, params.order);
    },
  });

  addRoute(app, {
    ...ORDERS,
    method: 'POST',
    url: `${BOX_OFFICE}/orders/:order/collect`,
    summary: 'Hand an order over to whoever says its reference and their name or phone’s end',
    params: boxOrderParams,
    body: collectRequest,
    answer: deskOrder,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(pool, params.id);
      return await collect(desk, principal, row, params.order, body);
    },
  });

  addRoute(app, {
    ...ORDERS,
    method: 'POST',
    url: `${BOX_OFFICE}/orders/:order/posted`,
    summary: 'Write down that the tickets of an order were posted',
    params: boxOrderParams,
    answer: deskOrder,
    handle: async ({ params, principal }) =>
      await post(desk, principal, await eventOr404(pool, params.id), params.order),
  });

  addRoute(app, {
    ...ORDERS,
    method: 'POST',
    url: `${BOX_OFFICE}/orders/:order/address`,
    summary: 'Where an order is posted to; that somebody looked is written down',
    params: boxOrderParams,
    answer: addressView,
    handle: async ({ params, principal }) =>
      await readAddress(desk, principal, await eventOr404(pool, params.id), params.order),
  });
}
