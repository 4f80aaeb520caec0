import type { FastifyInstance } from 'fastify';
import { eventParams } from '#protocol/box-office.ts';
import {
  CONSIGNED_RETURNS,
  CONSIGNED_SALES,
  CONSIGNMENTS,
  consignedOutcomes,
  consignedReturnRequest,
  consignedSaleRequest,
  consignment,
  consignments,
  consignRequest,
} from '#protocol/consignments.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { consignmentsOf, countOut } from './consignments.ts';
import type { Desk } from './sell.ts';
import { takeBackUnsold, takeConsignedSale } from './settle-consigned.ts';

export function addConsignmentRoutes(app: FastifyInstance, desk: Desk): void {
  const common = { rule: { allow: 'desk.sell' }, tag: 'box office', params: eventParams } as const;
  const { pool } = desk.context;
  addRoute(app, {
    ...common,
    method: 'GET',
    url: CONSIGNMENTS,
    summary: 'What was counted out to desks, and what became of it',
    answer: consignments,
    handle: async ({ params, principal }) => {
      const row = await eventOr404(pool, params.id);
      return await consignmentsOf(pool, row.number, principal);
    },
  });
  addRoute(app, {
    ...common,
    method: 'POST',
    url: CONSIGNMENTS,
    summary: 'Count out what is held to your desk: issued, good at the gate, and owed by you',
    body: consignRequest,
    answer: consignment,
    handle: async ({ params, body, principal }) =>
      await countOut(desk, principal, await eventOr404(pool, params.id), body),
  });
  addRoute(app, {
    ...common,
    method: 'POST',
    url: CONSIGNED_SALES,
    summary: 'Say that tickets of yours were sold, with what was taken; the same sale again is it',
    body: consignedSaleRequest,
    answer: consignedOutcomes,
    handle: async ({ params, body, principal }) =>
      await takeConsignedSale(desk, principal, await eventOr404(pool, params.id), body),
  });
  addRoute(app, {
    ...common,
    method: 'POST',
    url: CONSIGNED_RETURNS,
    summary: 'Give back what is unsold: cancelled at once, but for what somebody came in with',
    body: consignedReturnRequest,
    answer: consignedOutcomes,
    handle: async ({ params, body, principal }) =>
      await takeBackUnsold(desk, principal, await eventOr404(pool, params.id), body.refs),
  });
}
