// How many tickets may be sold where, to whom and of what. Decided in the step that takes the seats, by
// counts that the step keeps, so that no two buyers pass one limit together.
import type { Instant } from '#domain/kernel/instant.ts';
import type { CartLine } from './cart.ts';
import { type Channel, covers } from './price-list.ts';

export type Quota = {
  readonly id: string;
  /** Counted over the event, over what one person has there, or within one order. */
  readonly per: 'event' | 'person' | 'order';
  readonly channels: readonly Channel[] | null;
  readonly categories: readonly string[] | null;
  readonly types: readonly string[] | null;
  readonly ticketsMax: number;
  /** Half-open: from then on it no longer binds, and what a partner did not sell is everybody's. */
  readonly until: Instant | null;
};

export type QuotaRefusal = {
  readonly kind: 'refused';
  readonly reason: 'sold-out-here' | 'person-limit' | 'order-limit' | 'needs-person';
  readonly quota: string;
  /** Tickets that it still allows. */
  readonly left: number;
};

/** What tickets count against, as one word: `quota`, or `quota/person` where each person is counted. */
export type QuotaKey = string;

export type Buying = {
  readonly channel: Channel;
  readonly person: string | null;
  readonly lines: readonly Pick<CartLine, 'category' | 'type'>[];
};

/**
 * What these tickets add to which count: kept with the hold, added when it is taken, and taken away again
 * when it ends or a line is given back. Quotas of one order are counted nowhere.
 */
export function quotaCounts(
  quotas: readonly Quota[],
  { channel, person, lines }: Buying,
): ReadonlyMap<QuotaKey, number> {
  const counts = new Map<QuotaKey, number>();
  for (const quota of quotas) {
    const tickets = fitting(quota, channel, lines);
    if (tickets === 0 || quota.per === 'order') continue;
    if (quota.per === 'event') counts.set(quota.id, tickets);
    else if (person !== null) counts.set(personKey(quota.id, person), tickets);
  }
  return counts;
}

/**
 * @param used - tickets held and sold that count under a key, this hold left out
 * @returns the first quota that does not allow it; null: all do
 */
export function decideQuotas(
  quotas: readonly Quota[],
  buying: Buying,
  used: (key: QuotaKey) => number,
  now: Instant,
): QuotaRefusal | null {
  for (const quota of quotas) {
    if (quota.until !== null && now >= quota.until) continue;
    const tickets = fitting(quota, buying.channel, buying.lines);
    if (tickets === 0) continue;
    if (quota.per === 'person' && buying.person === null) {
      return { kind: 'refused', reason: 'needs-person', quota: quota.id, left: quota.ticketsMax };
    }
    const left = Math.max(0, quota.ticketsMax - usedOf(quota, buying.person, used));
    if (tickets > left)
      return { kind: 'refused', reason: REASONS[quota.per], quota: quota.id, left };
  }
  return null;
}

const REASONS = {
  event: 'sold-out-here',
  person: 'person-limit',
  order: 'order-limit',
} as const;

function usedOf(quota: Quota, person: string | null, used: (key: QuotaKey) => number): number {
  if (quota.per === 'order') return 0;
  return used(quota.per === 'event' ? quota.id : personKey(quota.id, person ?? ''));
}

function fitting({ channels, categories, types }: Quota, channel: Channel, lines: Buying['lines']) {
  if (!covers(channels, channel)) return 0;
  return lines.filter(({ category, type }) => covers(categories, category) && covers(types, type))
    .length;
}

function personKey(quota: string, person: string): QuotaKey {
  return `${quota}/${person}`;
}
