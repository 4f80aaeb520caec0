// Which ticket types may be bought together: families whole, children with somebody, hidden ones unlocked.

import type { CartLine } from './cart.ts';
import type { PriceList } from './price-list.ts';

export type TypeRefusal = 'type-locked' | 'type-in-groups' | 'type-accompanied' | 'not-sold';

/** @returns the first rule that a cart breaks, and the ticket type it is about */
export function refuseTypes(
  lines: readonly CartLine[],
  list: PriceList,
  unlocked: ReadonlySet<string>,
): { reason: TypeRefusal; about: string } | null {
  const counts = new Map<string, number>();
  for (const { type } of lines) counts.set(type, (counts.get(type) ?? 0) + 1);
  for (const [id, count] of counts) {
    const type = list.types.find((one) => one.id === id);
    if (type === undefined) return { reason: 'not-sold', about: id };
    if (type.isHidden && !unlocked.has(id)) return { reason: 'type-locked', about: id };
    if (count % type.soldIn !== 0) return { reason: 'type-in-groups', about: id };
    if (type.accompaniedBy === null) continue;
    const { types, each } = type.accompaniedBy;
    const companions = types.reduce((sum, other) => sum + (counts.get(other) ?? 0), 0);
    if (count > companions * each) return { reason: 'type-accompanied', about: id };
  }
  return null;
}
