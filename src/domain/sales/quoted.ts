// What was agreed: a cart's price, line by line, as kept with its order.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Channel } from './price-list.ts';

export type TaxTotal = {
  readonly tax: string;
  readonly rateBasisPoints: number;
  /** What the tax lies in. */
  readonly grossMinor: number;
  readonly taxMinor: number;
};

export type Discount = {
  readonly kind: 'incentive' | 'voucher';
  readonly id: string;
  readonly amountMinor: number;
};

export type FeeCharge = {
  readonly fee: string;
  readonly amountMinor: number;
  readonly tax: string;
  /** The tax within `amountMinor`. */
  readonly taxMinor: number;
};

export type QuoteLine = {
  readonly id: string;
  readonly category: string;
  readonly type: string;
  /** As on the list, before anything is taken off. */
  readonly priceMinor: number;
  readonly discounts: readonly Discount[];
  /** The ticket alone: the price less its discounts. */
  readonly ticketMinor: number;
  readonly tax: string;
  /** The tax within `ticketMinor`. */
  readonly taxMinor: number;
  readonly fees: readonly FeeCharge[];
  /** The ticket and its fees. */
  readonly totalMinor: number;
};

export type Quote = {
  readonly priceList: { readonly id: string; readonly version: number };
  readonly at: Instant;
  readonly channel: Channel;
  readonly currency: string;
  readonly lines: readonly QuoteLine[];
  /** Fees of the order as a whole. */
  readonly fees: readonly FeeCharge[];
  /** What each voucher took off all lines together; one that only unlocks took nothing. */
  readonly vouchers: readonly { readonly id: string; readonly amountMinor: number }[];
  readonly taxes: readonly TaxTotal[];
  /** The lines and the fees of the order. */
  readonly totalMinor: number;
};
