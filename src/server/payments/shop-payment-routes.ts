// How a buyer begins to pay for an order.
import type { FastifyInstance } from 'fastify';
import { ORDER_HEADER, ORDER_SECRET, orderParams } from '#protocol/shop-addresses.ts';
import { paymentRequest, paymentStarted } from '#protocol/shop-orders.ts';
import { iso } from '#server/platform/clock.ts';
import { malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { KEY_HEADER, readKeyHeader } from '#server/platform/idempotency/key-header.ts';
import { leavePlace } from '#server/platform/shedding/places.ts';
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
    handle: async ({ params, body, request, reply }) => {
      const { headers, ip } = request;
      const requestKey = readKeyHeader(headers[KEY_HEADER]);
      if (requestKey === null)
        throw malformedField('Idempotency-Key', 'name this payment by a key');
      const secret = headers[ORDER_HEADER];
      if (typeof secret !== 'string' || !ORDER_SECRET.test(secret)) {
        throw malformedField('Kaimen-Order', 'send the secret of the order');
      }
      const { provider, returnPath, method = null, openId = null } = body;
      const asked = {
        order: params.id,
        secret,
        provider,
        method,
        requestKey,
        returnPath,
        ip,
        openId,
      };
      // Whoever waits for a provider takes no place from those who wait for us.
      const { payment, next } = await beginPayment(payments, asked, () => leavePlace(reply.raw));
      return { payment: payment.id, next, expiresAt: iso(payment.expiresAt) };
    },
  });
}
