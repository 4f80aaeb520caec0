// How many of which type, and of which price category: figures, arrows and letters, then Enter.
import { useRef, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { DeskOffer } from '#protocol/box-office.ts';
import type { HoldRequest } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import { joinClasses } from '#web/ui/join-classes.ts';
import { useLocalized } from '../parts/names.ts';
import { Money } from './money.tsx';
import { useDeskKeys } from './use-desk-keys.ts';
import type { Counts, Sale } from './use-sale.ts';

const CATEGORY_KEYS = ['z', 'x', 'c', 'v', 'b', 'n', 'm'] as const;
const NEXT_FIGURE_MS = 800;
const COUNT_MAX = 60;

export function ChooseStep({ offer, sale }: { readonly offer: DeskOffer; readonly sale: Sale }) {
  const intl = useIntl();
  const localized = useLocalized();
  const [counts, setCounts] = useState<Counts>({});
  const [at, setAt] = useState(0);
  const [category, setCategory] = useState<string | null>(null);
  const figureAt = useRef(Number.NEGATIVE_INFINITY);
  const { types } = offer;
  const type = types[at]?.id ?? '';
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const count = (figure: number) => {
    const isNext = performance.now() - figureAt.current < NEXT_FIGURE_MS;
    figureAt.current = performance.now();
    const next = isNext ? (counts[type] ?? 0) * 10 + figure : figure;
    setCounts({ ...counts, [type]: Math.min(next, COUNT_MAX) });
  };
  const find = () => {
    if (total > 0) void sale.hold(wishOf(offer, counts, category));
  };
  const places = placesOf(offer);
  useDeskKeys((key) => {
    const place = places[CATEGORY_KEYS.indexOf(key as 'z')];
    if (/^\d$/.test(key)) count(Number(key));
    else if (key === 'ArrowDown') setAt((at + 1) % types.length);
    else if (key === 'ArrowUp') setAt((at + types.length - 1) % types.length);
    else if (key === 'a') setCategory(null);
    else if (place !== undefined) setCategory(place.id);
    else if (key === 'Escape') setCounts({});
    else if (key === 'Enter') find();
    else return false;
    return true;
  });
  return (
    <div className="flex flex-col gap-4">
      <TypeCounts {...{ types, counts, at, onAt: setAt, onCounts: setCounts, onEnter: find }} />
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

/** Figures go to the type that is marked. */
function TypeCounts({
  types,
  counts,
  at,
  onAt,
  onCounts,
  onEnter,
}: {
  readonly types: DeskOffer['types'];
  readonly counts: Counts;
  readonly at: number;
  readonly onAt: (index: number) => void;
  readonly onCounts: (counts: Counts) => void;
  readonly onEnter: () => void;
}) {
  const localized = useLocalized();
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1 font-semibold text-sm">
        <FormattedMessage id="sell.how-many" />
      </legend>
      {types.map(({ id, name, proof }, index) => (
        <label
          key={id}
          className={joinClasses(
            'flex min-h-11 items-center gap-3 rounded-md border px-3',
            index === at ? 'border-accent bg-raised' : 'border-line',
          )}
        >
          <span className="flex-1">
            {localized(name)}
            {proof !== null && <span className="block text-quiet text-sm">{localized(proof)}</span>}
          </span>
          <input
            type="text"
            inputMode="numeric"
            className="w-16 rounded-md border border-line bg-ground px-2 py-1 text-right text-lg tabular-nums"
            value={counts[id] ?? 0}
            onFocus={() => onAt(index)}
            onChange={(changed) => {
              const typed = Number(changed.target.value.replace(/\D/g, '').slice(-2));
              onCounts({ ...counts, [id]: Math.min(typed, COUNT_MAX) });
            }}
            onKeyDown={(pressed) => {
              if (pressed.key === 'Enter') onEnter();
            }}
          />
        </label>
      ))}
    </fieldset>
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
        'flex min-h-11 items-center gap-2 rounded-md border px-3 text-left hover:bg-sunken',
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
