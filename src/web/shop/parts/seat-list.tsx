import { useEffect, useState } from 'react';
import { SEAT_FLAGS } from '#domain/seating/ground-layout.ts';
import { type SaleView, SEAT_FREE } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import { joinClasses } from '#web/ui/join-classes.ts';
import type { PlanSection, SeatPlan } from '../map/seat-plan.ts';
import type { SeatStock } from '../map/seat-stock.ts';
import { categoryOfSeat, type StandingChoice, usualPrice } from '../sale/choices.ts';
import { useWords } from '../use-words.ts';
import { PickField } from './pick-field.tsx';
import { Stepper } from './stepper.tsx';

type ListProps = {
  readonly sale: SaleView;
  readonly plan: SeatPlan;
  readonly stock: SeatStock;
  readonly chosen: ReadonlySet<number>;
  readonly standing: readonly StandingChoice[];
  readonly onToggle: (seat: number) => void;
  readonly onStanding: (standing: readonly StandingChoice[]) => void;
};

/** Stand, section, row, seats: the map in words, for keys and screen readers as for anybody. */
export function SeatList(props: ListProps) {
  const { plan, stock, sale } = props;
  const { say, nameOf, tag } = useWords();
  useRevision(stock);
  const [stand, setStand] = useState('');
  const [section, setSection] = useState('');
  const sections = plan.sections.filter(({ source }) => source.stand === stand);
  const found = plan.sections.find(({ source }) => source.id === section) ?? null;
  const leftOf = (list: readonly PlanSection[]) =>
    list.reduce((total, { index }) => total + stock.leftIn(index), 0);
  const left = (count: number) => say('list.left', { count });
  return (
    <div className="flex flex-col gap-4 pb-4">
      <PickField
        label={say('list.stand')}
        value={stand}
        onPick={(next) => {
          setStand(next);
          setSection('');
        }}
        options={plan.layout.stands.map(({ id, name }) => ({
          value: id,
          word: `${name === undefined ? id : nameOf(name)} · ${left(leftOf(plan.sections.filter(({ source }) => source.stand === id)))}`,
        }))}
      />
      {stand !== '' && (
        <PickField
          label={say('list.section')}
          value={section}
          onPick={setSection}
          options={sections.map((each) => ({
            value: each.source.id,
            word: [
              each.source.id,
              each.source.kind === 'standing' ? say('list.standing') : '',
              pricesOf(sale, plan, each)
                .map((minor) => tag(minor, sale.currency))
                .join('–'),
              left(stock.leftIn(each.index)),
            ]
              .filter((word) => word !== '')
              .join(' · '),
          }))}
        />
      )}
      {found?.source.kind === 'seats' && <RowsOf key={section} {...props} section={found} />}
      {found?.source.kind === 'standing' && (
        <Stepper
          name={say('seat.standing', { section })}
          count={props.standing.find((area) => area.section === section)?.count ?? 0}
          most={Math.min(sale.limits.perHold, stock.leftIn(found.index))}
          onChange={(count) => {
            const others = props.standing.filter((area) => area.section !== section);
            props.onStanding(count === 0 ? others : [...others, { section, count }]);
          }}
        />
      )}
    </div>
  );
}

function RowsOf({
  sale,
  plan,
  stock,
  chosen,
  onToggle,
  section,
}: ListProps & { section: PlanSection }) {
  const { say, tag } = useWords();
  const [row, setRow] = useState('');
  const { source, first, end } = section;
  if (source.kind !== 'seats') return null;
  const place = source.rows.findIndex(({ id }) => id === row);
  const seats: number[] = [];
  const left = source.rows.map(() => 0);
  for (let seat = first; seat < end; seat += 1) {
    const at = plan.seats.row[seat] ?? 0;
    if (stock.codes[seat] === SEAT_FREE) left[at] = (left[at] ?? 0) + 1;
    if (at === place) seats.push(seat);
  }
  const shown = seats.filter((seat) => stock.codes[seat] === SEAT_FREE || chosen.has(seat));
  const words = (seat: number) => [
    ...SEAT_FLAGS.filter((_, bit) => ((plan.seats.flags[seat] ?? 0) & (1 << bit)) !== 0).map(
      (flag) => say(`flag.${flag}`),
    ),
    tag(usualPrice(sale, categoryOfSeat(sale, plan, seat)) ?? 0, sale.currency),
  ];
  return (
    <>
      <PickField
        label={say('list.row')}
        value={row}
        onPick={setRow}
        options={source.rows.map(({ id }, index) => ({
          value: id,
          word: `${id} · ${say('list.left', { count: left[index] ?? 0 })}`,
        }))}
      />
      {row !== '' && (
        <fieldset>
          <legend className="mb-2 font-semibold">{say('list.seats', { row })}</legend>
          {shown.length === 0 && <p className="text-quiet">{say('list.none')}</p>}
          <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
            {shown.map((seat) => (
              <Button
                key={seat}
                aria-pressed={chosen.has(seat)}
                onClick={() => onToggle(seat)}
                className={joinClasses(
                  'flex-col gap-0 py-1',
                  chosen.has(seat) && 'border-fg bg-sunken',
                )}
              >
                <span>
                  {chosen.has(seat) && '✓ '}
                  {plan.seats.names[seat]}
                </span>
                <span className="font-normal text-quiet text-sm">{words(seat).join(' · ')}</span>
              </Button>
            ))}
          </div>
        </fieldset>
      )}
    </>
  );
}

function pricesOf(sale: SaleView, plan: SeatPlan, { categories }: PlanSection): readonly number[] {
  const prices = categories.flatMap(
    (place) => usualPrice(sale, plan.layout.categories[place] ?? '') ?? [],
  );
  if (prices.length === 0) return [];
  return [...new Set([Math.min(...prices), Math.max(...prices)])];
}

/** Draws anew when the stock has changed. */
function useRevision(stock: SeatStock): void {
  const [, setRevision] = useState(stock.revision);
  useEffect(() => stock.watch(() => setRevision(stock.revision)), [stock]);
}
