import { SEAT_FLAGS } from '#domain/seating/ground-layout.ts';
import type { SaleView } from '#protocol/shop.ts';
import { type SeatPlan, seatNames } from '../map/seat-plan.ts';
import { seatView } from '../map/seat-view.ts';
import { categoryOfSeat, usualPrice } from '../sale/choices.ts';
import { useWords } from '../use-words.ts';
import { PriceShape } from './price-shape.tsx';

export type SeatIs = 'free' | 'chosen' | 'taken' | 'too-many';

/** One seat of the map in words: what it costs and what one sees from it, before it is anybody's. */
export function SeatCard({
  sale,
  plan,
  seat,
  is,
}: {
  readonly sale: SaleView;
  readonly plan: SeatPlan;
  readonly seat: number;
  readonly is: SeatIs;
}) {
  const { say, nameOf, tag } = useWords();
  const category = categoryOfSeat(sale, plan, seat);
  const place = sale.categories.findIndex(({ id }) => id === category);
  const price = usualPrice(sale, category);
  const { metres, from } = seatView(plan, seat);
  const flags = plan.seats.flags[seat] ?? 0;
  const marks = SEAT_FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0);
  const about = [
    ...(sale.categories[place] === undefined ? [] : [nameOf(sale.categories[place].name)]),
    say(`view.${from}`, { metres }),
    ...(marks.includes('restricted') ? [] : [say('view.whole')]),
    ...marks.map((flag) => say(`flag.${flag}`)),
  ];
  return (
    <div className="rounded-md border border-line bg-raised px-3 py-2">
      <div className="flex items-center gap-2 font-semibold">
        {place >= 0 && <PriceShape place={place} />}
        <span className="flex-1">{say('seat.whole', { ...seatNames(plan, seat) })}</span>
        {price !== null && is !== 'taken' && <span>{tag(price, sale.currency)}</span>}
      </div>
      <div className="text-quiet text-sm">{about.join(' · ')}</div>
      <div className="text-sm">{say(`map.is.${is}`, { most: sale.limits.perHold })}</div>
    </div>
  );
}
