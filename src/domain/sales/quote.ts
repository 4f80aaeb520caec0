// What a cart costs, line by line, and how each figure comes about. The order keeps the quote as it was
// given: nothing that is changed later about prices, fees or vouchers changes what was agreed.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Cart, CartLine } from './cart.ts';
import { amountOf, bestIncentive, incentivesFor } from './incentive.ts';
import { allocate, sumOf } from './money.ts';
import { type Channel, covers, type Fee, type PriceList, priceOf } from './price-list.ts';
import { type Priced, taxesOf } from './quote-taxes.ts';
import type { Discount, Quote, QuoteLine } from './quoted.ts';
import { refuseTypes, type TypeRefusal } from './type-rules.ts';
import { decideVoucher, type Voucher, type VoucherRefusal, type VoucherUse } from './voucher.ts';

export type QuoteRefusal = {
  readonly kind: 'refused';
  readonly reason: 'empty-cart' | 'too-many-lines' | 'not-sold' | VoucherRefusal | TypeRefusal;
  /** The line, ticket type or voucher that the reason is about. */
  readonly about: string | null;
};

export const CART_LINES_MAX = 500;

/** What a line has come to so far. */
type Draft = {
  readonly line: CartLine;
  readonly priceMinor: number;
  readonly discounts: Discount[];
  leftMinor: number;
};

/**
 * Prices a cart: the list price, the one best incentive, the vouchers in the order they were given, fees
 * of each ticket, fees of the order, and the tax within all of it.
 *
 * @param now - decides purchase slots and the validity of vouchers
 */
export function quote(cart: Cart, list: PriceList, now: Instant): Quote | QuoteRefusal {
  const refusal = refuseCart(cart, list, now);
  if (refusal !== null) return refusal;
  const drafts: Draft[] = [];
  for (const line of cart.lines) {
    const priceMinor = priceOf(list, line.category, line.type);
    if (priceMinor === null) return refuse('not-sold', line.id);
    drafts.push({ line, priceMinor, discounts: [], leftMinor: priceMinor });
  }
  const incentives = incentivesFor(list, cart.channel);
  for (const draft of drafts) {
    const best = bestIncentive(incentives, draft.line, draft.leftMinor, now);
    if (best === null) continue;
    const { incentive, amountMinor } = best;
    take(draft, { kind: 'incentive', id: incentive.id, amountMinor });
  }
  const vouchers: { id: string; amountMinor: number }[] = [];
  for (const { voucher, use } of cart.vouchers) {
    const taken = takeVoucher(drafts, voucher, use);
    if (taken === null) return refuse('voucher-fits-nothing', voucher.id);
    vouchers.push({ id: voucher.id, amountMinor: taken });
  }
  return priced(cart, list, now, drafts, vouchers);
}

function refuseCart(cart: Cart, list: PriceList, now: Instant): QuoteRefusal | null {
  if (cart.lines.length === 0) return refuse('empty-cart', null);
  if (cart.lines.length > CART_LINES_MAX) return refuse('too-many-lines', null);
  for (const { voucher, use } of cart.vouchers) {
    const reason = decideVoucher(voucher, use, { channel: cart.channel, person: cart.person, now });
    if (reason !== null) return refuse(reason, voucher.id);
  }
  const taking = cart.vouchers.filter(({ voucher }) => voucher.off !== null);
  const alone = taking.find(({ voucher }) => !voucher.isCombinable);
  if (taking.length > 1 && alone !== undefined) {
    return refuse('voucher-does-not-combine', alone.voucher.id);
  }
  const twice = cart.vouchers.find(
    ({ voucher }, index) => cart.vouchers.findIndex((one) => one.voucher.id === voucher.id) < index,
  );
  if (twice !== undefined) return refuse('voucher-does-not-combine', twice.voucher.id);
  const unlocked = new Set(cart.vouchers.flatMap(({ voucher }) => voucher.unlocks));
  const type = refuseTypes(cart.lines, list, unlocked);
  return type === null ? null : refuse(type.reason, type.about);
}

/** @returns what it took off all lines; null: it takes something off, but off none of these */
function takeVoucher(drafts: readonly Draft[], voucher: Voucher, use: VoucherUse): number | null {
  const { off, budgetMinor, ticketsMax } = voucher;
  if (off === null) return 0;
  const fitting = drafts
    .filter(({ line }) => covers(voucher.categories, line.category))
    .filter(({ line }) => covers(voucher.types, line.type))
    .sort((a, b) => b.leftMinor - a.leftMinor)
    .slice(0, ticketsMax ?? drafts.length);
  if (fitting.length === 0) return null;
  const left = fitting.map(({ leftMinor }) => leftMinor);
  const full =
    off.kind === 'fixed'
      ? allocate(
          Math.min(
            off.amountMinor,
            sumOf(fitting, (one) => one.leftMinor),
          ),
          left,
        )
      : left.map((leftMinor) => amountOf(off, leftMinor));
  const wanted = sumOf(full, (part) => part);
  const allowed = budgetMinor === null ? wanted : Math.max(0, budgetMinor - use.spentMinor);
  const parts = allowed < wanted ? allocate(allowed, full) : full;
  for (const [index, draft] of fitting.entries()) {
    const amountMinor = parts[index] ?? 0;
    if (amountMinor > 0) take(draft, { kind: 'voucher', id: voucher.id, amountMinor });
  }
  return Math.min(wanted, allowed);
}

function take(draft: Draft, discount: Discount): void {
  draft.discounts.push(discount);
  draft.leftMinor -= discount.amountMinor;
}

function priced(
  cart: Cart,
  list: PriceList,
  now: Instant,
  drafts: readonly Draft[],
  vouchers: Quote['vouchers'],
): Quote {
  const lines: Priced<QuoteLine>[] = drafts.map(({ line, priceMinor, discounts, leftMinor }) => {
    const fees = chargesOf(list, 'ticket', cart.channel, leftMinor);
    const totalMinor = leftMinor + sumOf(fees, (fee) => fee.amountMinor);
    const tax = list.types.find((type) => type.id === line.type)?.tax ?? '';
    const { id, category, type } = line;
    return {
      id,
      category,
      type,
      priceMinor,
      discounts,
      ticketMinor: leftMinor,
      tax,
      fees,
      totalMinor,
    };
  });
  const ofTickets = sumOf(drafts, (draft) => draft.leftMinor);
  const orderFees = chargesOf(list, 'order', cart.channel, ofTickets);
  const totalMinor =
    sumOf(lines, (line) => line.totalMinor) + sumOf(orderFees, (fee) => fee.amountMinor);
  return {
    priceList: { id: list.id, version: list.version },
    at: now,
    channel: cart.channel,
    currency: list.currency,
    ...taxesOf(list.taxes, lines, orderFees),
    vouchers,
    totalMinor,
  };
}

function chargesOf(
  list: PriceList,
  per: Fee['per'],
  channel: Channel,
  ofMinor: number,
): { fee: string; amountMinor: number; tax: string }[] {
  if (ofMinor === 0) return [];
  return list.fees
    .filter((fee) => fee.per === per && covers(fee.channels, channel))
    .map(({ id, amount, tax }) => ({ fee: id, amountMinor: amountOf(amount, ofMinor), tax }))
    .filter(({ amountMinor }) => amountMinor > 0);
}

function refuse(reason: QuoteRefusal['reason'], about: string | null): QuoteRefusal {
  return { kind: 'refused', reason, about };
}
