// How a buyer begins to pay for an order.
import type { FastifyInstance } from 'fastify';
import { ORDER_HEADER, ORDER_SECRET, orderParams } from '#protocol/shop-addresses.ts';
import { paymentRequest, paymentStarted } from '#protocol/shop-orders.ts';
import { iso } from '#server/platform/clock.ts';
import { malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { KEY_HEADER, readKeyHeader } from '#server/platform/idempotency/key-header.ts';
import { beginPayment } from './begin-payment.ts';
import type { Payments } from './payments.ts';

export function addShopPaymentRoutes(app: FastifyInstance, payments: Payments): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/shop/orders/:id/payments',
    rule: { allow: 'public' },
    priority: 'shop',
    summary:
      'Begin to pay; Kaimen-Order carries the secret of the order, Idempotency-Key is needed',
    tag: 'shop',
    params: orderParams,
    body: paymentRequest,
    answer: paymentStarted,
    handle: async ({ params, body, request }) => {
      const { headers, ip } = request;
      const requestKey = readKeyHeader(headers[KEY_HEADER]);
      if (requestKey === null)
        throw malformedField('Idempotency-Key', 'name this payment by a key');
      const secret = headers[ORDER_HEADER];
      if (typeof secret !== 'string' || !ORDER_SECRET.test(secret)) {
        throw malformedField('Kaimen-Order', 'send the secret of the order');
      }
      const { payment, next } = await beginPayment(payments, {
        order: params.id,
        secret,
        provider: body.provider,
        method: body.method ?? null,
        requestKey,
        returnPath: body.returnPath,
        ip,
        openId: body.openId ?? null,
      });
      return { payment: payment.id, next, expiresAt: iso(payment.expiresAt) };
    },
  });
}
