// What comes back for lines of an order, each for itself: so any order of returns, in any parts, comes to
// the same, and all parts together to what was paid less what the tiers kept. What an order was charged
// as a whole is shared among its lines once, when it was bought, by what each ticket cost.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import { allocate, PER_MILLE, shareOf, sumOf } from '#domain/sales/money.ts';
import { totalOf, type Worth } from '#domain/sales/order.ts';
import type { FeeCharge, Quote, QuoteLine } from '#domain/sales/quoted.ts';
import type { PolicySnapshot } from './policy.ts';
import { type MatchFate, type Terms, termsAt } from './terms.ts';

/** As bought, and never changed after. */
export type Purchase = { readonly quote: Quote; readonly policy: PolicySnapshot };

/** `entered`: its holder has been inside. */
export type LineStanding = 'live' | 'returned' | 'entered';

export type RefundPart = {
  /** A fee's id; null: the ticket itself. */
  readonly fee: string | null;
  readonly paidMinor: number;
  readonly keptMinor: number;
  readonly backMinor: number;
};

export type RefundLine = {
  readonly id: string;
  /** The ticket, its fees, and its shares of the fees of the order. */
  readonly parts: readonly RefundPart[];
  readonly paidMinor: number;
  readonly backMinor: number;
};

export type RefundQuote = {
  readonly at: Instant;
  readonly why: Terms['why'];
  readonly keptPerMille: number;
  /** Until when it is kept to, half-open. */
  readonly validUntil: Instant;
  readonly lines: readonly RefundLine[];
  readonly totalMinor: number;
  /** The total by what it was earned with, as the books need it. */
  readonly worth: Worth;
  /** Vouchers that may be used again once this is done. */
  readonly restoredVouchers: readonly string[];
};

export type RefundRefusal = {
  readonly kind: 'refused';
  readonly reason: 'too-late' | 'unknown-line' | 'line-returned' | 'line-entered' | 'no-lines';
  readonly line: string | null;
};

/** A quote is kept to for this long, or until its terms end if that is sooner. */
export const REFUND_QUOTE_MINUTES = 15;

/**
 * @param lines - ids of order lines; the same twice is once
 * @param standing - of every line of the order that is not live
 */
export function quoteRefund(
  { quote, policy }: Purchase,
  lines: readonly string[],
  standing: ReadonlyMap<string, LineStanding>,
  fate: MatchFate,
  now: Instant,
): RefundQuote | RefundRefusal {
  const asked = new Set(lines);
  if (asked.size === 0) return refuse('no-lines', null);
  for (const id of asked) {
    if (!quote.lines.some((line) => line.id === id)) return refuse('unknown-line', id);
    const is = standing.get(id) ?? 'live';
    if (is === 'returned') return refuse('line-returned', id);
    // Whoever saw a match that was cancelled afterwards is for the club to decide.
    if (is === 'entered') return refuse('line-entered', id);
  }
  const terms = termsAt(policy, fate, now);
  if (terms === null) return refuse('too-late', null);
  const drawn = chargesOf(quote).filter(({ line }) => asked.has(line.id));
  const parts = drawn.map(({ line, charges }) => lineBack(line, charges, terms));
  const isWhole = quote.lines.every(({ id }) => asked.has(id) || standing.get(id) === 'returned');
  const worth = parts.reduce((sum, part) => plusWorth(sum, part.worth), NOTHING);
  const longest = plusMs(now, REFUND_QUOTE_MINUTES * MINUTE_MS);
  return {
    at: now,
    why: terms.why,
    keptPerMille: terms.keptPerMille,
    validUntil: Math.min(longest, terms.until ?? longest) as Instant,
    lines: parts.map(({ refund }) => refund),
    totalMinor: totalOf(worth),
    worth,
    restoredVouchers: isWhole && policy.restoresVouchers ? quote.vouchers.map(({ id }) => id) : [],
  };
}

type Charges = { readonly line: QuoteLine; readonly charges: readonly FeeCharge[] };

/** Each line with its own fees and its shares of those of the order, which add up to them exactly. */
function chargesOf({ lines, fees }: Quote): Charges[] {
  const weights = lines.map((line) => line.ticketMinor);
  const shares = fees.map((fee) => ({
    fee,
    net: allocate(fee.amountMinor - fee.taxMinor, weights),
    tax: allocate(fee.taxMinor, weights),
  }));
  return lines.map((line, index) => {
    const ofOrder = shares.map(({ fee, net, tax }): FeeCharge => {
      const taxMinor = tax[index] ?? 0;
      return { ...fee, amountMinor: (net[index] ?? 0) + taxMinor, taxMinor };
    });
    return { line, charges: [...line.fees, ...ofOrder.filter((fee) => fee.amountMinor > 0)] };
  });
}

function lineBack(
  line: QuoteLine,
  charges: readonly FeeCharge[],
  terms: Terms,
): { refund: RefundLine; worth: Worth } {
  const ticket = partBack(null, line.ticketMinor, line.taxMinor, terms.keptPerMille);
  const keptOfFees = { kept: PER_MILLE, returned: 0, 'as-ticket': terms.keptPerMille }[terms.fees];
  const fees = charges.map(({ fee, amountMinor, taxMinor }) =>
    partBack(fee, amountMinor, taxMinor, keptOfFees),
  );
  const parts = [ticket, ...fees];
  return {
    refund: {
      id: line.id,
      parts: parts.map(({ part }) => part),
      paidMinor: sumOf(parts, ({ part }) => part.paidMinor),
      backMinor: sumOf(parts, ({ part }) => part.backMinor),
    },
    worth: {
      salesMinor: ticket.part.backMinor - ticket.taxBackMinor,
      feesMinor: sumOf(fees, ({ part, taxBackMinor }) => part.backMinor - taxBackMinor),
      taxMinor: sumOf(parts, ({ taxBackMinor }) => taxBackMinor),
    },
  };
}

/** What is kept is rounded half up, of the whole and of the tax in it: neither can exceed its own. */
function partBack(
  fee: string | null,
  paidMinor: number,
  taxMinor: number,
  keptPerMille: number,
): { part: RefundPart; taxBackMinor: number } {
  const keptMinor = shareOf(paidMinor, keptPerMille, PER_MILLE);
  const part = { fee, paidMinor, keptMinor, backMinor: paidMinor - keptMinor };
  return { part, taxBackMinor: taxMinor - shareOf(taxMinor, keptPerMille, PER_MILLE) };
}

const NOTHING: Worth = { salesMinor: 0, feesMinor: 0, taxMinor: 0 };

function plusWorth(a: Worth, b: Worth): Worth {
  return {
    salesMinor: a.salesMinor + b.salesMinor,
    feesMinor: a.feesMinor + b.feesMinor,
    taxMinor: a.taxMinor + b.taxMinor,
  };
}

function refuse(reason: RefundRefusal['reason'], line: string | null): RefundRefusal {
  return { kind: 'refused', reason, line };
}
