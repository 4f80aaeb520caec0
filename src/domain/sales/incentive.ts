// The better price of a quieter moment or fixture: at most one for a ticket, the one that takes off most. Asked by the
// quote, and by pages that show prices before there is one.
import type { Instant } from '#domain/kernel/instant.ts';
import { PER_MILLE, shareOf } from './money.ts';
import {
  type Amount,
  type Channel,
  covers,
  hiddenTypes,
  type PriceList,
  type PurchaseIncentive,
} from './price-list.ts';

export type Incentive = Omit<PurchaseIncentive, 'name' | 'channels'>;

/** @param incentives - of the buyer's channel */
export function bestIncentive<T extends Incentive>(
  incentives: readonly T[],
  line: { readonly category: string; readonly type: string },
  priceMinor: number,
  now: Instant,
): { readonly incentive: T; readonly amountMinor: number } | null {
  let best: { readonly incentive: T; readonly amountMinor: number } | null = null;
  for (const incentive of incentives) {
    if (!isOffered(incentive, line, now)) continue;
    const amountMinor = Math.min(amountOf(incentive.off, priceMinor), priceMinor);
    if (amountMinor > (best?.amountMinor ?? 0)) best = { incentive, amountMinor };
  }
  return best;
}

/** What a ticket costs at this moment, before fees and vouchers. */
export function priceAt(
  incentives: readonly Incentive[],
  line: { readonly category: string; readonly type: string },
  priceMinor: number,
  now: Instant,
): number {
  return priceMinor - (bestIncentive(incentives, line, priceMinor, now)?.amountMinor ?? 0);
}

/** Those that a channel's buyers get. */
export function incentivesFor(
  { incentives }: Pick<PriceList, 'incentives'>,
  channel: Channel,
): PurchaseIncentive[] {
  return incentives.filter(({ channels }) => covers(channels, channel));
}

/** What the cheapest ticket costs now, before fees and without a voucher; null: nothing is sold without one. */
export function lowestPrice(list: PriceList, channel: Channel, now: Instant): number | null {
  const hidden = hiddenTypes(list);
  const incentives = incentivesFor(list, channel);
  const prices = list.prices
    .filter(({ type }) => !hidden.has(type))
    .map((price) => priceAt(incentives, price, price.amountMinor, now));
  return prices.length === 0 ? null : Math.min(...prices);
}

export function amountOf(amount: Amount, ofMinor: number): number {
  return amount.kind === 'fixed'
    ? amount.amountMinor
    : shareOf(ofMinor, amount.perMille, PER_MILLE);
}

function isOffered(
  { slots, categories, types }: Incentive,
  line: { readonly category: string; readonly type: string },
  now: Instant,
): boolean {
  if (!covers(categories, line.category) || !covers(types, line.type)) return false;
  return slots === null || slots.some(({ from, until }) => from <= now && now < until);
}
