// Sold without the hub: the change, and the slips. Where no printer is connected the code itself is shown.
import { FormattedMessage } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { Money } from '../sell/money.tsx';
import { useDeskKeys } from '../sell/use-desk-keys.ts';
import type { Slips } from '../sell/use-slips.ts';
import type { KeptTicket } from './consigned-store.ts';

export function AwaySold({
  tickets,
  changeMinor,
  slips,
  onNext,
}: {
  readonly tickets: readonly KeptTicket[];
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
    else return false;
    return true;
  });
  return (
    <div className="flex max-w-xl flex-col gap-3">
      <p className="font-semibold text-lg" role="status">
        <FormattedMessage id="consigned.sold" values={{ n: tickets.length }} />
      </p>
      {changeMinor > 0 && (
        <p className="flex items-baseline justify-between" role="status">
          <FormattedMessage id="sell.change" />
          <span className="font-semibold text-2xl">
            <Money minor={changeMinor} currency={tickets[0]?.currency ?? 'CNY'} />
          </span>
        </p>
      )}
      <ul className="flex flex-col">
        {tickets.map((ticket) => (
          <KeptSlip key={ticket.ref} ticket={ticket} slips={slips} />
        ))}
      </ul>
      <div>
        <Button kind="main" onClick={onNext}>
          <FormattedMessage id="sell.next" />
          <kbd className="text-sm">Enter</kbd>
        </Button>
      </div>
    </div>
  );
}

function KeptSlip({ ticket, slips }: { readonly ticket: KeptTicket; readonly slips: Slips }) {
  const { ref, slip: bytes, again, code } = ticket;
  const slip = slips.slips.find((one) => one.ref === ref);
  const seat = [ticket.section, ticket.row, ticket.seat].filter((part) => part !== null).join('-');
  // Refused before a byte was sent: nothing can have come out.
  const isFirst = slip === undefined || slip.state === 'queued';
  return (
    <li className="flex flex-wrap items-center gap-2 border-line border-b py-1.5 text-sm">
      <span className="min-w-32 font-semibold tabular-nums">{seat}</span>
      <span className="flex-1" role="status">
        {slip !== undefined && (
          <FormattedMessage
            id={slip.state === 'failed' ? `slip.${slip.trouble}` : `slip.${slip.state}`}
          />
        )}
        {(slip?.copy ?? 0) > 0 && (
          <strong className="pl-1.5">
            <FormattedMessage id="slip.duplicate" values={{ n: slip?.copy }} />
          </strong>
        )}
      </span>
      {slip?.state === 'asking' ? (
        <>
          <Button size="small" kind="main" onClick={() => slips.seen(slip, null)}>
            <FormattedMessage id="slip.came-out" />
          </Button>
          <Button size="small" onClick={() => slips.seen(slip, 'jam')}>
            <FormattedMessage id="slip.say-jam" />
          </Button>
        </>
      ) : slips.isConnected ? (
        <Button
          size="small"
          onClick={() =>
            slips.printKept([{ ref, slip: isFirst ? bytes : again, copy: isFirst ? 0 : 1 }])
          }
        >
          <FormattedMessage id={isFirst ? 'slip.print' : 'slip.again'} />
        </Button>
      ) : (
        <QrCode text={code} label={seat} />
      )}
    </li>
  );
}
