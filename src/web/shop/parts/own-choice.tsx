import { useCallback, useMemo, useState } from 'react';
import type { SaleView } from '#protocol/shop.ts';
import { Button } from '#web/ui/button.tsx';
import type { Holding } from '../cart/use-holding.ts';
import { categoryOfSeat, namedWish, type StandingChoice, usualPrice } from '../sale/choices.ts';
import { type Stocked, useStock } from '../sale/use-stock.ts';
import { useWords } from '../use-words.ts';
import { BottomBar } from './bottom-bar.tsx';
import { RefundRule } from './refund-rule.tsx';
import { SeatList } from './seat-list.tsx';
import { SeatMap } from './seat-map.tsx';
import { Trouble } from './trouble.tsx';
import { Waiting } from './waiting.tsx';

/** Seats that the buyer points at, on the map or in the list: the same choice in both. */
export function OwnChoice({
  sale,
  holding,
  way,
}: {
  readonly sale: SaleView;
  readonly holding: Holding;
  readonly way: 'map' | 'list';
}) {
  const { stocked, error } = useStock(sale);
  if (error !== null) return <Trouble error={error} />;
  if (stocked === null) return <Waiting />;
  return <OwnSeats sale={sale} holding={holding} way={way} stocked={stocked} />;
}

function OwnSeats({
  sale,
  holding,
  way,
  stocked,
}: {
  readonly sale: SaleView;
  readonly holding: Holding;
  readonly way: 'map' | 'list';
  readonly stocked: Stocked;
}) {
  const { say, bill } = useWords();
  const { plan, stock } = stocked;
  const [seats, setSeats] = useState<ReadonlySet<number>>(new Set());
  const [standing, setStanding] = useState<readonly StandingChoice[]>([]);
  const count = seats.size + standing.reduce((total, area) => total + area.count, 0);
  const most = sale.limits.perHold;
  const toggle = useCallback(
    (seat: number) => {
      setSeats((before) => {
        const after = new Set(before);
        if (!after.delete(seat) && after.size < most) after.add(seat);
        return after;
      });
    },
    [most],
  );
  const totalMinor = useMemo(() => {
    const priceOf = (category: string) => usualPrice(sale, category) ?? 0;
    let total = 0;
    for (const seat of seats) total += priceOf(categoryOfSeat(sale, plan, seat));
    for (const { section, count: people } of standing) {
      const source = plan.sections.find((each) => each.source.id === section)?.source;
      const place = source?.kind === 'standing' ? source.category : -1;
      total += priceOf(plan.layout.categories[place] ?? '') * people;
    }
    return total;
  }, [sale, plan, seats, standing]);
  return (
    <>
      {way === 'map' ? (
        <SeatMap sale={sale} plan={plan} stock={stock} chosen={seats} onToggle={toggle} />
      ) : (
        <SeatList
          sale={sale}
          plan={plan}
          stock={stock}
          chosen={seats}
          standing={standing}
          onToggle={toggle}
          onStanding={setStanding}
        />
      )}
      <BottomBar
        label={count === 0 ? say('seats.chooseOn') : say('seats.chosen', { count })}
        total={bill(totalMinor, sale.currency)}
        note={<RefundRule sale={sale} />}
      >
        <Button
          kind="main"
          isBusy={holding.isBusy}
          disabled={count === 0 || count > most}
          onClick={() => holding.hold(namedWish(sale, plan, [...seats], standing))}
        >
          {say('seats.hold', { count })}
        </Button>
      </BottomBar>
    </>
  );
}
