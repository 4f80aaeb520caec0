// A quote that was shown is kept to: taking it up pays what it said, once, or says why not.
import type { Instant } from '#domain/kernel/instant.ts';
import type { OrderFact } from '#domain/sales/order-fact.ts';
import type { LineStanding, RefundQuote } from './quote-refund.ts';

export type AcceptRefusal = {
  readonly kind: 'refused';
  readonly reason: 'quote-lapsed' | 'line-returned' | 'line-entered';
  readonly line: string | null;
};

/**
 * @param key - of the quote: however often it is taken up, it is paid once
 * @param standing - now, of every line that is not live
 * @param toMember - paid as this member's club credit instead of the way it came
 * @returns what the order is told: first the state, then the money
 */
export function acceptRefund(
  quote: RefundQuote,
  key: string,
  standing: ReadonlyMap<string, LineStanding>,
  toMember: string | null,
  now: Instant,
): readonly OrderFact[] | AcceptRefusal {
  if (now >= quote.validUntil) return { kind: 'refused', reason: 'quote-lapsed', line: null };
  for (const { id } of quote.lines) {
    const is = standing.get(id) ?? 'live';
    if (is !== 'live') return { kind: 'refused', reason: `line-${is}`, line: id };
  }
  const lines = quote.lines.map(({ id }) => id);
  return [
    { kind: 'cancelled', at: now, lines },
    { kind: 'refund-owed', at: now, key, worth: quote.worth, toMember },
  ];
}
