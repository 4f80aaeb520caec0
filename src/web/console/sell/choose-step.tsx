// How many of which type, and of which price category: figures, arrows and letters, then Enter.
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { DeskOffer } from '#protocol/box-office.ts';
import type { HoldRequest } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import { joinClasses } from '#web/ui/join-classes.ts';
import { useLocalized } from '../parts/names.ts';
import { Money } from './money.tsx';
import { TypeCounts, useCounts } from './type-counts.tsx';
import { useDeskKeys } from './use-desk-keys.ts';
import type { Counts, Sale } from './use-sale.ts';

const CATEGORY_KEYS = ['z', 'x', 'c', 'v', 'b', 'n', 'm'] as const;

export function ChooseStep({ offer, sale }: { readonly offer: DeskOffer; readonly sale: Sale }) {
  const intl = useIntl();
  const localized = useLocalized();
  const [category, setCategory] = useState<string | null>(null);
  const { types } = offer;
  const chosen = useCounts(types);
  const { counts, total } = chosen;
  const find = () => {
    if (total > 0) void sale.hold(wishOf(offer, counts, category));
  };
  const places = placesOf(offer);
  useDeskKeys((key) => {
    const place = places[CATEGORY_KEYS.indexOf(key as 'z')];
    if (chosen.takesKey(key)) return true;
    if (key === 'a') setCategory(null);
    else if (place !== undefined) setCategory(place.id);
    else if (key === 'Enter') find();
    else return false;
    return true;
  });
  return (
    <div className="flex flex-col gap-4">
      <TypeCounts types={types} chosen={chosen} onEnter={find} />
      <fieldset className="flex flex-wrap gap-2">
        <legend className="pb-1 font-semibold text-sm">
          <FormattedMessage id="sell.where" />
        </legend>
        <PlaceButton
          letter="a"
          name={intl.formatMessage({ id: 'sell.anywhere' })}
          isOn={category === null}
          onPress={() => setCategory(null)}
        />
        {places.map(({ id, name, left, minor }, index) => (
          <PlaceButton
            key={id}
            letter={CATEGORY_KEYS[index] ?? ''}
            name={name === null ? id : localized(name)}
            more={
              <>
                {minor !== null && <Money minor={minor} currency={offer.currency} />}
                {' · '}
                <FormattedMessage id="sell.left" values={{ left }} />
              </>
            }
            isOn={category === id}
            onPress={() => setCategory(id)}
          />
        ))}
      </fieldset>
      <div>
        <Button kind="main" isBusy={sale.isBusy} disabled={total === 0} onClick={find}>
          <FormattedMessage id="sell.find" values={{ n: total }} />
          <kbd className="text-sm">Enter</kbd>
        </Button>
      </div>
    </div>
  );
}

/** Of a price category the best there is; of a standing area so many places. */
function wishOf({ standing }: DeskOffer, counts: Counts, place: string | null): HoldRequest {
  const wanted = Object.entries(counts).filter(([, count]) => count > 0);
  const area = standing.find(({ section }) => section === place);
  if (area !== undefined) {
    return { standing: wanted.map(([type, count]) => ({ section: area.section, type, count })) };
  }
  const types = wanted.map(([type, count]) => ({ type, count }));
  const where = place === null ? {} : { categories: [place] };
  return { best: { types, wheelchairs: 0, isStepFree: false, maySplit: true, ...where } };
}

type PlaceChoice = {
  readonly id: string;
  readonly name: { readonly 'zh-CN': string; readonly en: string } | null;
  readonly left: number;
  readonly minor: number | null;
};

/** Categories with seats, then standing areas, which have no category of seats. */
function placesOf({ categories, standing, prices, types }: DeskOffer): PlaceChoice[] {
  const first = types[0]?.id;
  const priceIn = (category: string) =>
    prices.find((price) => price.category === category && price.type === first)?.amountMinor ??
    null;
  const seated = categories.filter(({ left }) => left > 0);
  return [
    ...seated.map(({ id, name, left }) => ({ id, name, left, minor: priceIn(id) })),
    ...standing.map(({ section, category, left }) => {
      return { id: section, name: null, left, minor: priceIn(category) };
    }),
  ].slice(0, CATEGORY_KEYS.length);
}

function PlaceButton({
  letter,
  name,
  more = null,
  isOn,
  onPress,
}: {
  readonly letter: string;
  readonly name: string;
  readonly more?: React.ReactNode;
  readonly isOn: boolean;
  readonly onPress: () => void;
}) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onPress}
      className={joinClasses(
        'flex min-h-11 items-center gap-2 rounded-md border px-3 py-1 text-left leading-snug hover:bg-sunken',
        isOn ? 'border-accent bg-raised font-semibold' : 'border-line',
      )}
    >
      <kbd className="text-quiet text-sm">{letter}</kbd>
      <span>
        {name}
        {more !== null && <span className="block font-normal text-quiet text-sm">{more}</span>}
      </span>
    </button>
  );
}
