import type { SaleView } from '#protocol/shop.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import type { SeatPlan } from '../map/seat-plan.ts';
import { usualPrice } from '../sale/choices.ts';
import { useWords } from '../use-words.ts';
import { PriceShape } from './price-shape.tsx';

export type MapWish = {
  /** Place in the list of categories. */
  readonly category: number | null;
  readonly isStepFree: boolean;
  readonly together: number;
};
export const NO_WISH: MapWish = { category: null, isStepFree: false, together: 1 };

/** The key of the map, which also filters it. */
export function MapFilters({
  sale,
  plan,
  wish,
  onWish,
}: {
  readonly sale: SaleView;
  readonly plan: SeatPlan;
  readonly wish: MapWish;
  readonly onWish: (wish: MapWish) => void;
}) {
  const { say, nameOf, tag } = useWords();
  const chip =
    'flex min-h-9 shrink-0 items-center gap-2 whitespace-nowrap rounded-md border px-3 text-sm';
  const looks = (isOn: boolean) =>
    joinClasses(chip, isOn ? 'border-fg bg-raised font-semibold' : 'border-line bg-raised');
  return (
    <fieldset className="-mx-4 flex gap-2 overflow-x-auto px-4 pb-1 sm:mx-0 sm:flex-wrap sm:px-0">
      <legend className="sr-only">{say('map.filters')}</legend>
      {plan.layout.categories.map((id, place) => {
        const category = sale.categories.find((each) => each.id === id);
        const price = usualPrice(sale, id);
        if (category === undefined || price === null) return null;
        const isOn = wish.category === place;
        return (
          <button
            key={id}
            type="button"
            aria-pressed={isOn}
            className={looks(isOn)}
            onClick={() => onWish({ ...wish, category: isOn ? null : place })}
          >
            <PriceShape place={place} size={14} />
            {nameOf(category.name)} <strong>{tag(price, sale.currency)}</strong>
          </button>
        );
      })}
      <button
        type="button"
        aria-pressed={wish.isStepFree}
        className={looks(wish.isStepFree)}
        onClick={() => onWish({ ...wish, isStepFree: !wish.isStepFree })}
      >
        {say('seats.stepFree')}
      </button>
      <label className={looks(wish.together > 1)}>
        {say('seats.together')}
        <select
          className="min-h-8 bg-raised font-semibold"
          value={wish.together}
          onChange={(event) => onWish({ ...wish, together: Number(event.target.value) })}
        >
          <option value={1}>{say('seats.togetherAny')}</option>
          {[2, 3, 4, 5, 6].map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
