import type { HoldView, QuoteView, SaleView } from '#protocol/shop.ts';
import { placeWords } from '../sale/place-words.ts';
import { useWords } from '../use-words.ts';
import { PriceShape } from './price-shape.tsx';

/** What is held, each place with its ticket type and price. */
export function HeldPlaces({
  sale,
  hold,
  types,
  quote,
  onType,
}: {
  readonly sale: SaleView;
  readonly hold: HoldView;
  readonly types: ReadonlyMap<string, string>;
  readonly quote: QuoteView | null;
  readonly onType: (line: string, type: string) => void;
}) {
  const { say, nameOf, bill } = useWords();
  return (
    <section>
      <h2 className="sr-only">{say('cart.seats')}</h2>
      <ul className="rounded-md border border-line bg-raised px-4">
        {hold.places.map((place) => {
          const seat = placeWords(place, say);
          const offered = sale.types.filter(({ id }) =>
            sale.prices.some((price) => price.category === place.category && price.type === id),
          );
          const line = quote?.lines.find((each) => each.line === place.line);
          return (
            <li
              key={place.line}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-3 last:border-b-0"
            >
              <PriceShape place={sale.categories.findIndex(({ id }) => id === place.category)} />
              <span className="flex-1 font-semibold">{seat}</span>
              <span>{line === undefined ? '' : bill(line.ticketMinor, sale.currency)}</span>
              <select
                aria-label={say('cart.type', { seat })}
                className="min-h-11 w-full rounded-md border border-line bg-raised px-3"
                value={types.get(place.line) ?? place.type}
                onChange={(event) => onType(place.line, event.target.value)}
              >
                {offered.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {nameOf(name)}
                  </option>
                ))}
              </select>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
