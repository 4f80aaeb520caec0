// A small sale that the tests of prices, orders and refunds share: two categories, five ticket types, 6 %
// tax within tickets and 13 % within fees.

import type { Instant } from '#domain/kernel/instant.ts';
import type { Cart, CartLine, CartVoucher } from '#domain/sales/cart.ts';
import type { PriceList, SaleType } from '#domain/sales/price-list.ts';
import { quote } from '#domain/sales/quote.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import type { Voucher } from '#domain/sales/voucher.ts';
import type { SaleFileWritten } from '#protocol/sales.ts';
import { at } from '#testing/entry.ts';

export const NAME = { 'zh-CN': '名称', en: 'Name' };

const TYPE: Omit<SaleType, 'id'> = {
  name: NAME,
  tax: 'vat-6',
  soldIn: 1,
  accompaniedBy: null,
  isHidden: false,
  proof: null,
};

export const PRICE_LIST: PriceList = {
  id: 'derby',
  version: 1,
  currency: 'CNY',
  taxes: [
    { id: 'vat-6', name: NAME, rateBasisPoints: 600 },
    { id: 'vat-13', name: NAME, rateBasisPoints: 1_300 },
  ],
  categories: [
    { id: 'a', name: NAME },
    { id: 'b', name: NAME },
  ],
  areas: [
    { category: 'b', section: 'N103', rows: null, seats: null },
    { category: 'a', section: 'N103', rows: ['1', '2'], seats: null },
    { category: 'b', section: 'N103', rows: ['2'], seats: ['9'] },
  ],
  types: [
    { id: 'adult', ...TYPE },
    { id: 'senior', ...TYPE },
    { id: 'child', ...TYPE, accompaniedBy: { types: ['adult', 'senior'], each: 2 } },
    { id: 'family', ...TYPE, soldIn: 4 },
    { id: 'member', ...TYPE, isHidden: true },
  ],
  prices: [
    { category: 'a', type: 'adult', amountMinor: 38_000 },
    { category: 'a', type: 'senior', amountMinor: 19_000 },
    { category: 'b', type: 'adult', amountMinor: 18_000 },
    { category: 'b', type: 'senior', amountMinor: 9_000 },
    { category: 'b', type: 'child', amountMinor: 6_000 },
    { category: 'b', type: 'family', amountMinor: 12_000 },
    { category: 'b', type: 'member', amountMinor: 15_000 },
  ],
  fees: [
    {
      id: 'service',
      name: NAME,
      tax: 'vat-13',
      per: 'ticket',
      amount: { kind: 'per-mille', perMille: 25 },
      channels: ['web'],
    },
    {
      id: 'handling',
      name: NAME,
      tax: 'vat-13',
      per: 'order',
      amount: { kind: 'fixed', amountMinor: 500 },
      channels: null,
    },
  ],
  incentives: [
    {
      id: 'morning',
      name: NAME,
      slots: [{ from: at('09:00'), until: at('11:00') }],
      off: { kind: 'per-mille', perMille: 100 },
      categories: ['b'],
      types: ['adult'],
      channels: null,
    },
  ],
};

export function voucher(changes: Partial<Voucher> = {}): CartVoucher {
  const base: Voucher = {
    id: 'v1',
    name: NAME,
    off: { kind: 'fixed', amountMinor: 5_000 },
    unlocks: [],
    categories: null,
    types: null,
    channels: null,
    validFrom: null,
    validUntil: null,
    usesMax: null,
    perPersonMax: null,
    ticketsMax: null,
    budgetMinor: null,
    isCombinable: true,
  };
  return {
    voucher: { ...base, ...changes },
    use: { orders: 0, byThisPerson: 0, spentMinor: 0 },
  };
}

/** Lines named 1, 2, 3 … of `category:type`, such as `b:adult`. */
export function cartOf(lines: readonly string[], vouchers: readonly CartVoucher[] = []): Cart {
  const line = (text: string, index: number): CartLine => {
    const [category = '', type = ''] = text.split(':');
    return { id: String(index + 1), category, type };
  };
  return { channel: 'web', person: 'p-1', lines: lines.map(line), vouchers };
}

/** @throws when it is refused */
export function quoted(
  cart: Cart,
  list: PriceList = PRICE_LIST,
  now: Instant = at('15:00'),
): Quote {
  const made = quote(cart, list, now);
  if ('kind' in made) throw new Error(`${made.reason}: ${made.about}`);
  return made;
}

/** Of the derby: two rows of N103 by the web, which has been open for an hour and stays so for one. */
export function saleFileWritten(): SaleFileWritten & { readonly refunds: object } {
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  return {
    layout: { ground: 'riverside', version: 1 },
    currency: 'CNY',
    taxes: [{ id: 'vat-6', name: NAME, rateBasisPoints: 600 }],
    categories: [{ id: 'b', name: NAME }],
    areas: [{ category: 'b', section: 'N103' }],
    types: [
      { id: 'adult', name: NAME, tax: 'vat-6' },
      { id: 'season', name: NAME, tax: 'vat-6', isHidden: true },
    ],
    prices: [
      { category: 'b', type: 'adult', amountMinor: 18_000 },
      { category: 'b', type: 'season', amountMinor: 0 },
    ],
    channels: [{ channel: 'web', opensAt: hour(-1), closesAt: hour(1) }],
    quotas: [{ id: 'six', per: 'person', ticketsMax: 6 }],
    refunds: { id: 'league', name: NAME, tiers: ['30d 0%', '3d 20%', '1d 80%'] },
  };
}
