// Where a payment stands, from the facts about it, in whatever order and however often they came: sums and
// a rule over the sums, so that no fact can take back what another proved.
import type { FactKind } from './provider.ts';

export type PaymentSums = {
  readonly authorisedMinor: number;
  readonly capturedMinor: number;
  readonly voidedMinor: number;
  readonly refundedMinor: number;
  /** It was closed unpaid, or its provider gave it up. */
  readonly isEnded: boolean;
};

export const PAYMENT_STATES = [
  'begun',
  'authorised',
  'captured',
  'refunded',
  'voided',
  'failed',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** Of different facts only: the same one twice is dropped before. */
export function withFact(
  sums: PaymentSums,
  { kind, amountMinor }: { readonly kind: FactKind; readonly amountMinor: number },
): PaymentSums {
  switch (kind) {
    case 'authorised':
      return { ...sums, authorisedMinor: sums.authorisedMinor + amountMinor };
    case 'captured':
      return { ...sums, capturedMinor: sums.capturedMinor + amountMinor };
    case 'voided':
      return { ...sums, voidedMinor: sums.voidedMinor + amountMinor, isEnded: true };
    case 'refunded':
      return { ...sums, refundedMinor: sums.refundedMinor + amountMinor };
    case 'failed':
      return { ...sums, isEnded: true };
    default:
      return kind satisfies never;
  }
}

/** What was captured outweighs what was authorised, and that outweighs an end without money. */
export function stateOf(sums: PaymentSums): PaymentState {
  if (sums.capturedMinor > 0) {
    return sums.refundedMinor >= sums.capturedMinor ? 'refunded' : 'captured';
  }
  if (sums.authorisedMinor > 0) {
    if (sums.voidedMinor >= sums.authorisedMinor) return 'voided';
    return sums.isEnded && sums.voidedMinor === 0 ? 'failed' : 'authorised';
  }
  return sums.isEnded ? 'failed' : 'begun';
}

/** Nothing more is waited for from its provider. */
export function isSettled(state: PaymentState): boolean {
  return state !== 'begun' && state !== 'authorised';
}
