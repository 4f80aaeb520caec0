// Payments as staff see them: lists, money taken by hand, and the provider's file of the day against our facts.
import { z } from 'zod';
import { id, timeOut, words } from './primitives.ts';
import { orderParams } from './shop-addresses.ts';

const paymentId = z.string().regex(/^pay-[a-z2-7]{5,40}$/, 'use the id of a payment');
export const paymentParams = z.strictObject({ id: paymentId });
const minor = z.int().min(1).max(1_000_000_000_000);
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, such as CNY');
const providers = z.enum([
  ...(['sandbox', 'wechat-pay', 'alipay', 'stripe'] as const),
  ...(['transfer', 'club-credit', 'cash', 'card', 'consignment'] as const),
]);
const states = z.enum(['begun', 'authorised', 'captured', 'refunded', 'voided', 'failed']);

export const paymentsQuery = z.strictObject({
  event: id.optional(),
  provider: providers.optional(),
  state: states.optional(),
  before: paymentId.optional().describe('only those begun before this one; latest first'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const paymentView = z.object({
  id: z.string(),
  event: z.int(),
  order: z.string(),
  provider: z.string(),
  method: z.string().nullable(),
  state: states,
  amountMinor: z.int(),
  currency: z.string(),
  capturedMinor: z.int(),
  refundedMinor: z.int(),
  takenBy: z.string().nullable().describe('of staff, by pseudonym; null: the buyer'),
  begunAt: timeOut,
});
export type PaymentView = z.infer<typeof paymentView>;

const factView = z.object({
  id: z.string(),
  provider: z.string(),
  payment: z.string(),
  kind: z.enum(['authorised', 'captured', 'voided', 'failed', 'refunded']),
  charge: z.string(),
  amountMinor: z.int(),
  currency: z.string(),
  decision: z.string(),
  heardBy: z.string(),
  heardAt: timeOut,
});
export type FactView = z.infer<typeof factView>;

export const paymentList = z.object({
  payments: z.array(paymentView),
  unmatched: z.array(factView).describe('money of payments that nobody here has begun'),
});
export type PaymentList = z.infer<typeof paymentList>;

export const paymentDetail = paymentView.extend({
  facts: z.array(factView),
  jobs: z.array(
    z.object({
      kind: z.enum(['capture', 'void', 'refund', 'query']),
      amountMinor: z.int(),
      key: z.string().describe('towards the provider; names a refund that is handed out'),
      attempts: z.int(),
      dueAt: timeOut,
      doneAt: timeOut.nullable(),
      outcome: z.string().nullable(),
      trouble: z.string().nullable(),
    }),
  ),
});
export type PaymentDetail = z.infer<typeof paymentDetail>;

/** Money that somebody of ours has in hand. A split payment is several of them. */
export const handPayment = z.strictObject({
  order: orderParams.shape.id,
  provider: z.enum(['cash', 'card', 'club-credit']),
  amountMinor: minor,
  currency,
  reference: words(64).min(1).optional().describe('of a card terminal: the number on its receipt'),
  member: id.optional().describe('whose credit it is; with club-credit only'),
  requestId: id.describe('the same again is the same payment'),
});
export type HandPayment = z.infer<typeof handPayment>;

/** A transfer on the club's account, matched by what the buyer wrote on it. */
export const transferMatch = z.strictObject({
  reference: z.string().regex(/^KM[A-Z2-7]{5,40}$/, 'as the buyer wrote it: KM and letters'),
  amountMinor: minor,
  currency,
  bankRef: words(64).min(1).describe('the bank’s number of the booking'),
});

/** A refund that somebody handed out, or transferred back. */
export const handedBack = z.strictObject({
  key: words(64).min(1).describe('of the refund, as the payment shows it'),
  reference: words(64).min(1).describe('number of the receipt, or of the booking'),
});

export const reconcileQuery = z.strictObject({
  provider: z.enum(['sandbox', 'wechat-pay', 'alipay', 'stripe']),
  day: z.iso.date('the day that the file is of, such as 2026-11-29'),
});

const side = z.object({ amountMinor: z.int(), currency: z.string() }).nullable();
export const difference = z.object({
  /**
   * `missing-here`: the file tells of it and we do not know it; its payment is asked for at once ·
   * `missing-there`: we know of it and the file of its day does not · `amount`: another amount ·
   * `unmatched`: of a payment that nobody here has begun · `twice`: the file tells of it twice.
   */
  kind: z.enum(['missing-here', 'missing-there', 'amount', 'unmatched', 'twice']),
  line: z.int().nullable(),
  fact: z.string(),
  payment: z.string(),
  theirs: side,
  ours: side,
});
export type Difference = z.infer<typeof difference>;

const sum = z.object({ currency: z.string(), capturedMinor: z.int(), refundedMinor: z.int() });
export const reconciliation = z.object({
  provider: z.string(),
  day: z.string(),
  lines: z.int(),
  matched: z.int(),
  theirs: z.array(sum),
  /** Of the same things by our facts. */
  ours: z.array(sum),
  differences: z.array(difference).max(1_000),
  differencesTotal: z.int(),
});
export type Reconciliation = z.infer<typeof reconciliation>;
