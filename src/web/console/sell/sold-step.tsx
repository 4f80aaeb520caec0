// What was sold, what to give back, and whether each slip came out. Enter goes on to the next buyer.
import { FormattedMessage } from 'react-intl';
import type { DeskOrder } from '#protocol/box-office.ts';
import { Button } from '#web/ui/button.tsx';
import { Money } from './money.tsx';
import { SlipLine } from './slip-line.tsx';
import { useDeskKeys } from './use-desk-keys.ts';
import type { Slips } from './use-slips.ts';

export function SoldStep({
  event,
  order,
  changeMinor,
  slips,
  onNext,
}: {
  readonly event: string;
  readonly order: DeskOrder;
  readonly changeMinor: number;
  readonly slips: Slips;
  readonly onNext: () => void;
}) {
  const asking = slips.slips.find(({ state }) => state === 'asking');
  useDeskKeys((key) => {
    if (asking !== undefined && key === 'Enter') slips.seen(asking, null);
    else if (asking !== undefined && key === 'j') slips.seen(asking, 'jam');
    else if (asking !== undefined && key === 'o') slips.seen(asking, 'paper-out');
    else if (key === 'Enter' || key === 'Escape') onNext();
    else if (key === 'p') slips.print(order.tickets.map(({ ref }) => ref));
    else return false;
    return true;
  });
  return (
    <div className="flex max-w-xl flex-col gap-3">
      <p className="font-semibold text-lg" role="status">
        <FormattedMessage id="sell.sold" values={{ order: order.id, n: order.tickets.length }} />
      </p>
      {changeMinor > 0 && (
        <p className="flex items-baseline justify-between" role="status">
          <FormattedMessage id="sell.change" />
          <span className="font-semibold text-2xl">
            <Money minor={changeMinor} currency={order.quote.currency} />
          </span>
        </p>
      )}
      <ul className="flex flex-col">
        {order.tickets.map(({ ref }) => (
          <SlipLine key={ref} event={event} reference={ref} copies={0} slips={slips} />
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button kind="main" onClick={onNext}>
          <FormattedMessage id="sell.next" />
          <kbd className="text-sm">Enter</kbd>
        </Button>
        <Button
          disabled={!slips.isConnected}
          onClick={() => slips.print(order.tickets.map(({ ref }) => ref))}
        >
          <FormattedMessage id="sell.print-again" />
          <kbd className="text-sm">p</kbd>
        </Button>
      </div>
    </div>
  );
}
