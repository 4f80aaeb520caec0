// What a desk may sell now, and how it may be paid for there.
import { may } from '#domain/access/roles.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { DESK_WAYS, type DeskOffer } from '#protocol/box-office.ts';
import { saleStateAt } from '#protocol/sale-terms.ts';
import type { Payments } from '#server/payments/payments.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { StockMemory } from '#server/sales/stock-memory.ts';

type DeskChannel = DeskOffer['channel'];

/** The help desk sells as itself; whoever else sells at a desk does so as the box office. */
export function channelOf(principal: Principal | null): DeskChannel {
  const isHelp = principal?.kind === 'operator' && principal.role === 'help-desk';
  return isHelp ? 'help-desk' : 'box-office';
}

export function mayTake(principal: Principal | null): boolean {
  return principal?.kind === 'operator' && may(principal.role, 'payments.take');
}

export function deskOfferOf(
  memory: StockMemory,
  principal: Principal | null,
  payments: Payments,
  now: Instant,
): DeskOffer {
  const { sale } = memory;
  const { list, terms } = sale;
  const channel = channelOf(principal);
  const left = list.categories.map(() => 0);
  for (const [seat, category] of sale.categoryOfSeat.entries()) {
    if (category >= 0 && memory.isFree(seat)) left[category] = (left[category] ?? 0) + 1;
  }
  const standing = [...sale.areas].flatMap(([section, { capacity, category }]) => {
    const id = list.categories[category]?.id;
    if (id === undefined) return [];
    return [{ section, category: id, left: capacity - memory.takenIn(section) }];
  });
  const hidden = new Set(list.types.flatMap(({ id, isHidden }) => (isHidden ? [id] : [])));
  return {
    channel,
    state: saleStateAt(terms, channel, now),
    currency: list.currency,
    placesMax: terms.holds.placesMax,
    categories: list.categories.map(({ id, name }, at) => ({ id, name, left: left[at] ?? 0 })),
    standing,
    types: list.types
      .filter(({ id }) => !hidden.has(id))
      .map(({ id, name, proof }) => ({ id, name, proof })),
    prices: list.prices
      .filter(({ type }) => !hidden.has(type))
      .map(({ category, type, amountMinor }) => ({ category, type, amountMinor })),
    isConsigning: mayTake(principal) && payments.providers.has('consignment'),
    ways: mayTake(principal) ? DESK_WAYS.filter((way) => payments.providers.has(way)) : [],
  };
}
