// The better price of a quieter moment, as a page shows it before there is a quote: by this device's clock. What is
// charged is quoted by the server.
import type { Instant } from '#domain/kernel/instant.ts';
import { type Incentive, priceAt } from '#domain/sales/incentive.ts';
import type { SaleView } from '#protocol/shop.ts';

type Of = { readonly category: string; readonly type: string };

/** @returns null: it is not sold like that */
export function listPrice({ prices }: SaleView, { category, type }: Of): number | null {
  const found = prices.find((price) => price.category === category && price.type === type);
  return found?.amountMinor ?? null;
}

/** @returns null: it is not sold like that */
export function priceNow(sale: SaleView, of: Of): number | null {
  const usual = listPrice(sale, of);
  if (usual === null) return null;
  return priceAt(sale.incentives.map(timed), of, usual, now());
}

export function timed({ slots, ...incentive }: SaleView['incentives'][number]): Incentive {
  const at = (text: string) => Date.parse(text) as Instant;
  return {
    ...incentive,
    slots: slots?.map(({ from, until }) => ({ from: at(from), until: at(until) })) ?? null,
  };
}

export function now(): Instant {
  return Date.now() as Instant;
}
