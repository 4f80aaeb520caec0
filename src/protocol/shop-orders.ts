// The shop after the hold: orders, what is paid for them, and what may come back.
import { z } from 'zod';
import { PLEDGE_OUTCOMES } from '#domain/sales/arrival-credit.ts';
import { ORDER_STATES, PAYMENT_STATES } from '#domain/sales/order.ts';
import { CHANNELS } from '#domain/sales/price-list.ts';
import { documentKind } from './identity.ts';
import { id, timeOut, words } from './primitives.ts';
import { PLACES_PER_HOLD_MAX, placeView, quoteRequest, quoteView } from './shop.ts';
import { holdId } from './shop-addresses.ts';

const holder = z.strictObject({
  line: words(20),
  name: words(100).min(1),
  phone: words(40).optional(),
  document: z
    .strictObject({ kind: documentKind, number: words(40).min(1) })
    .optional()
    .describe('where the sale goes by name; kept sealed, shown nowhere, deleted after the match'),
});

/** `Kaimen-Cart` and `Idempotency-Key` are needed. One hold becomes one order, however often it is asked. */
export const orderRequest = z.strictObject({
  hold: holdId,
  ...quoteRequest.shape,
  totalMinor: z.int().min(0).describe('as it was quoted: another total is refused, never charged'),
  buyer: z.strictObject({
    name: words(100).min(1),
    email: z.email().max(254).optional(),
    phone: words(40).optional(),
  }),
  holders: z.array(holder).max(PLACES_PER_HOLD_MAX).default([]),
  locale: z.enum(['zh-CN', 'en']),
});
export type OrderRequest = z.infer<typeof orderRequest>;

const orderTicket = z.object({
  line: z.string(),
  ref: z.string(),
  status: z.enum(['valid', 'cancelled', 'unpaid', 'not-activated']),
  code: z.string().nullable().describe('what the gate reads; null once it is cancelled'),
  pledge: z
    .object({
      offer: z.string(),
      creditMinor: z.int(),
      outcome: z.enum(PLEDGE_OUTCOMES).nullable().describe('null: not settled yet'),
    })
    .nullable()
    .describe('when or where its holder said to come, for credit'),
});

export const orderView = z.object({
  id: z.string(),
  event: z.string(),
  state: z.enum(ORDER_STATES),
  channel: z.enum(CHANNELS),
  locale: z.enum(['zh-CN', 'en']),
  orderedAt: timeOut,
  payUntil: timeOut.nullable().describe('until when its seats are kept; null: paid, or over'),
  now: timeOut,
  places: z.array(placeView.extend({ isCancelled: z.boolean() })),
  quote: quoteView,
  paidMinor: z.int(),
  returnedMinor: z.int(),
  returnDueMinor: z.int(),
  payments: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      askedMinor: z.int(),
      state: z.enum(PAYMENT_STATES),
    }),
  ),
  tickets: z.array(orderTicket),
  /** As it was agreed when it was bought; see the protocol page. null: this sale takes nothing back. */
  refundPolicy: z.unknown().nullable(),
});
export type OrderView = z.infer<typeof orderView>;

export const orderCreated = orderView.extend({
  secret: z.string().describe('for the header Kaimen-Order; the same in every repeat'),
});
export type OrderCreated = z.infer<typeof orderCreated>;

// Payments.

/** `Idempotency-Key` is needed: the same key is the same payment. */
export const paymentRequest = z.strictObject({
  provider: id,
  method: id
    .optional()
    .describe('one of the provider’s ways, such as native, h5, jsapi, page, wap'),
  /** Where the browser comes back to: a path of this site. */
  returnPath: z
    .string()
    .max(500)
    .regex(/^\/(?!\/)[^\s\\#]*$/, 'a path of this site, beginning with one “/”'),
  openId: words(128).optional(),
});
export type PaymentRequest = z.infer<typeof paymentRequest>;

export const paymentStarted = z.object({
  payment: z.string(),
  /** What the browser must do. */
  next: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('redirect'), url: z.string() }),
    z.object({ kind: z.literal('qr'), text: z.string() }),
    z.object({ kind: z.literal('jsapi'), params: z.record(z.string(), z.string()) }),
    z.object({
      kind: z.literal('transfer'),
      reference: z.string(),
      account: z.object({ name: z.string(), number: z.string(), bank: z.string() }),
    }),
    /** Nothing: the order tells when it is paid. */
    z.object({ kind: z.literal('none') }),
  ]),
  expiresAt: timeOut,
});
export type PaymentStarted = z.infer<typeof paymentStarted>;

// Change of mind.

export const cancelRequest = z.strictObject({
  lines: z.array(words(20)).min(1).max(PLACES_PER_HOLD_MAX).nullable().describe('null: all of it'),
});

/** Line by line what would come back now, by the policy of the day of purchase. */
export const cancelQuote = z.object({
  currency: z.string(),
  lines: z.array(
    z.object({
      line: z.string(),
      paidMinor: z.int(),
      keptMinor: z.int(),
      refundMinor: z.int(),
      tier: z.string().nullable(),
    }),
  ),
  refundMinor: z.int(),
  validUntil: timeOut.nullable().describe('when the next tier begins; null: no other follows'),
});
export type CancelQuote = z.infer<typeof cancelQuote>;

/** `Idempotency-Key` is needed; refused unless it is what was quoted. */
export const cancelOrderRequest = cancelRequest.extend({ refundMinor: z.int().min(0) });
