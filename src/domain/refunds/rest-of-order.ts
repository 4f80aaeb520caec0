// What stays must still be something that could have been bought: no family of three, no child left alone.
import type { PriceList } from '#domain/sales/price-list.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { refuseTypes, type TypeRefusal } from '#domain/sales/type-rules.ts';
import type { LineStanding } from './quote-refund.ts';

/**
 * @param list - the version it was bought by
 * @param going - lines that are to be given back
 * @returns the rule that what stays would break, and the ticket type; null: nothing stands against it
 */
export function refuseRest(
  quote: Quote,
  list: PriceList,
  standing: ReadonlyMap<string, LineStanding>,
  going: readonly string[],
): { readonly reason: TypeRefusal; readonly about: string } | null {
  const stays = quote.lines.filter(
    ({ id }) => standing.get(id) !== 'returned' && !going.includes(id),
  );
  return refuseTypes(stays, list, new Set(list.types.map(({ id }) => id)));
}
