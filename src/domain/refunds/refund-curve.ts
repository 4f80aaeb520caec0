// What giving an order back would bring, tier by tier: shown before anybody pays, and on the order's page.
import { type Instant, plusMs } from '#domain/kernel/instant.ts';
import { type Purchase, quoteRefund } from './quote-refund.ts';
import { type MatchFate, tiersOf } from './terms.ts';

export type CurveStep = {
  /** Given back before this moment. */
  readonly until: Instant;
  readonly keptPerMille: number;
  /** Of the whole order. */
  readonly backMinor: number;
};

export function refundCurve(purchase: Purchase): readonly CurveStep[] {
  const asPlanned: MatchFate = { kind: 'as-planned' };
  const lines = purchase.quote.lines.map(({ id }) => id);
  return tiersOf(purchase.policy, asPlanned).map(({ until, keptPerMille }) => {
    const quote = quoteRefund(purchase, lines, new Map(), asPlanned, plusMs(until, -1));
    return { until, keptPerMille, backMinor: 'kind' in quote ? 0 : quote.totalMinor };
  });
}
