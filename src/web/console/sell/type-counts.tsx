// How many of which: figures and arrows, as somebody at a window types them.
import { useRef, useState } from 'react';
import { FormattedMessage } from 'react-intl';
import type { DeskOffer } from '#protocol/box-office.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { useLocalized } from '../parts/names.ts';
import type { Counts } from './use-sale.ts';

const NEXT_FIGURE_MS = 800;
const COUNT_MAX = 60;

export type CountedType = DeskOffer['types'][number];
type ChosenCounts = ReturnType<typeof useCounts>;

export function useCounts(types: readonly { readonly id: string }[]) {
  const [counts, setCounts] = useState<Counts>({});
  const [at, setAt] = useState(0);
  const figureAt = useRef(Number.NEGATIVE_INFINITY);
  const type = types[at]?.id ?? '';
  const count = (figure: number) => {
    const isNext = performance.now() - figureAt.current < NEXT_FIGURE_MS;
    figureAt.current = performance.now();
    const next = isNext ? (counts[type] ?? 0) * 10 + figure : figure;
    setCounts({ ...counts, [type]: Math.min(next, COUNT_MAX) });
  };
  return {
    counts,
    at,
    setAt,
    setCounts,
    total: Object.values(counts).reduce((sum, one) => sum + one, 0),
    /** @returns whether it was for the counts */
    takesKey: (key: string) => {
      if (/^\d$/.test(key)) count(Number(key));
      else if (key === 'ArrowDown') setAt((at + 1) % types.length);
      else if (key === 'ArrowUp') setAt((at + types.length - 1) % types.length);
      else if (key === 'Escape') setCounts({});
      else return false;
      return true;
    },
  };
}

/** Figures go to the type that is marked. */
export function TypeCounts({
  types,
  chosen,
  onEnter,
}: {
  readonly types: readonly CountedType[];
  readonly chosen: ChosenCounts;
  readonly onEnter: () => void;
}) {
  const { counts, at, setAt, setCounts } = chosen;
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
            'flex min-h-11 items-center gap-3 rounded-md border px-3 py-1',
            index === at ? 'border-accent bg-raised' : 'border-line',
          )}
        >
          <span className="flex-1 leading-snug">
            {localized(name)}
            {proof !== null && <span className="block text-quiet text-sm">{localized(proof)}</span>}
          </span>
          <input
            type="text"
            inputMode="numeric"
            className="w-16 rounded-md border border-line bg-ground px-2 py-1 text-right text-lg tabular-nums"
            value={counts[id] ?? 0}
            onFocus={() => setAt(index)}
            onChange={(changed) => {
              const typed = Number(changed.target.value.replace(/\D/g, '').slice(-2));
              setCounts({ ...counts, [id]: Math.min(typed, COUNT_MAX) });
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
