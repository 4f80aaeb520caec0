// Payments for staff: looking, taking money by hand, and the provider's file of the day.
import type { FastifyInstance } from 'fastify';
import {
  type FactView,
  handedBack,
  handPayment,
  type PaymentDetail,
  type PaymentList,
  type PaymentView,
  paymentDetail,
  paymentList,
  paymentParams,
  paymentsQuery,
  paymentView,
  reconcileQuery,
  reconciliation,
  transferMatch,
} from '#protocol/payments.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { asRefusedFile, uploadedCsv } from '#server/platform/http/upload.ts';
import type { Principal } from '#server/platform/principal.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { BILL_BYTES_MAX } from './bills/bill-line.ts';
import { reconcile } from './bills/reconcile.ts';
import { factsOf, type StoredFact, unmatchedFacts } from './fact-store.ts';
import { jobsOf } from './job-store.ts';
import { listPayments, loadPayments, type Payment } from './payment-store.ts';
import type { Payments } from './payments.ts';
import { type Hand, matchTransfer, noteHandedBack, takeByHand } from './take-by-hand.ts';

const UNMATCHED_MAX = 200;

/** @param node - of this server, in the audit */
export function addStaffPaymentRoutes(
  app: FastifyInstance,
  payments: Payments,
  node: string,
): void {
  addLooking(app, payments);
  addHands(app, payments, node);
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/payments/reconcile',
    rule: { allow: 'payments.reconcile' },
    priority: 'bulk',
    summary: 'Hold a provider’s file of the day against our facts: the differences, line by line',
    tag: 'payments',
    query: reconcileQuery,
    streamed: 'text/csv',
    bodyBytesMax: BILL_BYTES_MAX,
    answer: reconciliation,
    handle: async ({ query, request, principal }) => {
      const bytes = uploadedCsv(request, BILL_BYTES_MAX);
      try {
        return await reconcile(payments, handOf(principal, node), query, bytes);
      } catch (error) {
        throw asRefusedFile(error);
      } finally {
        payments.wake();
      }
    },
  });
}

function addLooking(app: FastifyInstance, payments: Payments): void {
  const { pool } = payments;
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/payments',
    rule: { allow: 'payments.read' },
    summary: 'Payments, latest first, and money that belongs to none of them',
    tag: 'payments',
    query: paymentsQuery,
    answer: paymentList,
    handle: async ({ query }): Promise<PaymentList> => {
      const { event, provider = null, state = null, before = null, limit } = query;
      const number = event === undefined ? null : (await eventOr404(pool, event)).number;
      const found = await listPayments(pool, { event: number, provider, state, before, limit });
      const unmatched = await unmatchedFacts(pool, UNMATCHED_MAX);
      return { payments: found.map(viewOf), unmatched: unmatched.map(factViewOf) };
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/payments/:id',
    rule: { allow: 'payments.read' },
    summary:
      'One payment: everything known to have happened, and what is still asked of its provider',
    tag: 'payments',
    params: paymentParams,
    answer: paymentDetail,
    handle: async ({ params }): Promise<PaymentDetail> => {
      const payment = (await loadPayments(pool, [params.id])).get(params.id);
      if (payment === undefined) throw noSuchPayment();
      const jobs = await jobsOf(pool, payment.id);
      return {
        ...viewOf(payment),
        facts: (await factsOf(pool, [payment.id])).map(factViewOf),
        jobs: jobs.map(({ kind, amountMinor, key, attempts, dueAt, doneAt, outcome, trouble }) => ({
          ...{ kind, amountMinor, key, attempts, outcome, trouble },
          dueAt: iso(dueAt),
          doneAt: doneAt === null ? null : iso(doneAt),
        })),
      };
    },
  });
}

function addHands(app: FastifyInstance, payments: Payments, node: string): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/payments/by-hand',
    rule: { allow: 'payments.take' },
    summary:
      'Take money for an order at a desk: cash, by card terminal, or out of a member’s credit',
    tag: 'payments',
    body: handPayment,
    answer: paymentView,
    handle: async ({ body, principal }) =>
      viewOf(await takeByHand(payments, handOf(principal, node), body)),
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/payments/transfers',
    rule: { allow: 'payments.take' },
    summary: 'Match a bank transfer by what the buyer wrote on it',
    tag: 'payments',
    body: transferMatch,
    answer: paymentView,
    handle: async ({ body, principal }) =>
      viewOf(await matchTransfer(payments, handOf(principal, node), body)),
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/payments/:id/handed-back',
    rule: { allow: 'payments.take' },
    summary: 'Write down that a refund was handed out, or transferred back',
    tag: 'payments',
    params: paymentParams,
    body: handedBack,
    answer: paymentView,
    handle: async ({ params, body, principal }) =>
      viewOf(await noteHandedBack(payments, handOf(principal, node), params.id, body)),
  });
}

function handOf(principal: Principal | null, node: string): Hand {
  return { actor: actorOf(principal), node };
}

function viewOf(payment: Payment): PaymentView {
  const { id, event, order, provider, method, state, amountMinor, currency } = payment;
  const { capturedMinor, refundedMinor, takenBy } = payment;
  return {
    ...{ id, event, order, provider, method, state, amountMinor, currency },
    ...{ capturedMinor, refundedMinor, takenBy, begunAt: iso(payment.begunAt) },
  };
}

function factViewOf(fact: StoredFact): FactView {
  const { id, provider, payment, kind, charge, amountMinor, currency, decision, heardBy } = fact;
  return {
    ...{ id, provider, payment, kind, charge, amountMinor, currency, decision, heardBy },
    heardAt: iso(fact.heardAt),
  };
}

function noSuchPayment(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'there is no such payment',
    mend: 'see GET /api/v1/payments for those that there are',
  });
}
