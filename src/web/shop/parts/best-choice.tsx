import { useState } from 'react';
import type { SaleView } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import type { Holding } from '../cart/use-holding.ts';
import { totalRange, usualType } from '../sale/choices.ts';
import { useWords } from '../use-words.ts';
import { BottomBar } from './bottom-bar.tsx';
import { PriceNow } from './off-peak.tsx';
import { PriceShape } from './price-shape.tsx';
import { RefundRule } from './refund-rule.tsx';
import { Stepper } from './stepper.tsx';

const USUAL_COUNT = 2;

/** How many, at what price; the server finds the seats and holds them in one step. */
export function BestChoice({
  sale,
  holding,
}: {
  readonly sale: SaleView;
  readonly holding: Holding;
}) {
  const { say, nameOf, bill, tag } = useWords();
  const [counts, setCounts] = useState(() => {
    const first = usualType(sale, sale.categories[0]?.id ?? '') ?? sale.types[0]?.id ?? '';
    return new Map([[first, Math.min(USUAL_COUNT, sale.limits.perHold)]]);
  });
  const [category, setCategory] = useState<string | null>(null);
  const [isStepFree, setIsStepFree] = useState(false);
  const [wheelchairs, setWheelchairs] = useState(0);
  const wanted = [...counts.values()].reduce((total, count) => total + count, 0);
  const range = totalRange(sale, counts, category);
  const isOpen = range !== null && range.least < range.most;
  const most = Math.min(sale.limits.perHold, sale.limits.perPerson ?? sale.limits.perHold);
  const priced = sale.types.filter(({ id }) => sale.prices.some(({ type }) => type === id));
  const hold = () =>
    holding.hold({
      best: {
        types: [...counts].flatMap(([type, count]) => (count === 0 ? [] : [{ type, count }])),
        ...(category === null ? {} : { categories: [category] }),
        wheelchairs,
        isStepFree,
        maySplit: true,
      },
    });
  return (
    <>
      <section>
        <h2 className="font-semibold text-lg">{say('seats.howMany')}</h2>
        {priced.map(({ id, name, soldIn, proof }) => (
          <Stepper
            key={id}
            name={nameOf(name)}
            {...(proof === null ? {} : { note: say('cart.proof', { proof: nameOf(proof) }) })}
            count={(counts.get(id) ?? 0) / soldIn}
            most={Math.floor((most - wanted) / soldIn) + (counts.get(id) ?? 0) / soldIn}
            onChange={(count) => setCounts(new Map(counts).set(id, count * soldIn))}
          />
        ))}
        <Stepper
          name={say('seats.wheelchairs')}
          count={wheelchairs}
          most={Math.floor(wanted / 2)}
          onChange={setWheelchairs}
        />
        <label className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            className="size-5 accent-accent"
            checked={isStepFree}
            onChange={(event) => setIsStepFree(event.target.checked)}
          />
          {say('seats.stepFree')}
        </label>
      </section>
      <CategoryChoice sale={sale} chosen={category} onChoose={setCategory} />
      <BottomBar
        label={say('seats.total')}
        total={
          range === null
            ? '—'
            : isOpen
              ? `${tag(range.least, sale.currency)}–${tag(range.most, sale.currency)}`
              : bill(range.least, sale.currency)
        }
        note={
          <>
            {isOpen && <p>{say('seats.bestFirst')}</p>}
            <p>{say('seats.holdTime', { minutes: Math.floor(sale.limits.holdSeconds / 60) })}</p>
            <RefundRule sale={sale} />
          </>
        }
      >
        <Button
          kind="main"
          isBusy={holding.isBusy}
          disabled={wanted === 0 || range === null}
          onClick={hold}
        >
          {say('seats.hold', { count: wanted })}
        </Button>
      </BottomBar>
    </>
  );
}

function CategoryChoice({
  sale,
  chosen,
  onChoose,
}: {
  readonly sale: SaleView;
  readonly chosen: string | null;
  readonly onChoose: (category: string | null) => void;
}) {
  const { say, nameOf } = useWords();
  const row = 'flex min-h-11 items-center gap-3 border-line border-b last:border-b-0';
  return (
    <fieldset className="flex flex-col">
      <legend className="font-semibold text-lg">{say('seats.category')}</legend>
      <label className={row}>
        <input
          type="radio"
          name="category"
          className="size-5 accent-accent"
          checked={chosen === null}
          onChange={() => onChoose(null)}
        />
        {say('seats.anyCategory')}
      </label>
      {sale.categories.map(({ id, name }, place) => {
        const amounts = sale.prices.filter((price) => price.category === id);
        if (amounts.length === 0) return null;
        const type = usualType(sale, id) ?? amounts[0]?.type ?? '';
        return (
          <label key={id} className={row}>
            <input
              type="radio"
              name="category"
              className="size-5 accent-accent"
              checked={chosen === id}
              onChange={() => onChoose(id)}
            />
            <PriceShape place={place} />
            <span className="flex-1">{nameOf(name)}</span>
            <span>
              <PriceNow sale={sale} of={{ category: id, type }} />
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
