// The desk while its hub is away: it sells what was counted out to it, by the same keys.
import { useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { Failure } from '../parts/failure.tsx';
import { TypeCounts, useCounts } from '../sell/type-counts.tsx';
import { useDeskKeys } from '../sell/use-desk-keys.ts';
import type { Slips } from '../sell/use-slips.ts';
import { AwayPay } from './away-pay.tsx';
import { AwaySold } from './away-sold.tsx';
import type { KeptSale, KeptTicket } from './consigned-store.ts';
import { pickConsigned } from './pick-consigned.ts';
import type { Consigned } from './use-consigned.ts';

type Stage =
  | { readonly at: 'choose'; readonly isTooMany: boolean }
  | { readonly at: 'pay'; readonly tickets: readonly KeptTicket[] }
  | { readonly at: 'sold'; readonly tickets: readonly KeptTicket[]; readonly changeMinor: number };

export function AwaySale({
  event,
  consigned,
  slips,
}: {
  readonly event: string;
  readonly consigned: Consigned;
  readonly slips: Slips;
}) {
  const [stage, setStage] = useState<Stage>({ at: 'choose', isTooMany: false });
  const { tickets } = consigned.kept;
  const out = tickets.filter((ticket) => ticket.event === event && ticket.sale === null);
  const begin = () => {
    slips.forget();
    setStage({ at: 'choose', isTooMany: false });
  };
  const sold = async (
    sale: readonly KeptTicket[],
    payments: KeptSale['payments'],
    changeMinor: number,
  ) => {
    if ((await consigned.sell(sale, payments)) === null) return;
    setStage({ at: 'sold', tickets: sale, changeMinor });
    slips.forget();
    slips.printKept(sale.map(({ ref, slip }) => ({ ref, slip, copy: 0 })));
  };
  return (
    <div className="flex flex-col gap-4">
      <Notice hue="provisional">
        <FormattedMessage id="consigned.away" values={{ n: out.length }} />
      </Notice>
      <Failure error={consigned.error} />
      {stage.at === 'choose' && (
        <>
          {stage.isTooMany && (
            <Notice hue="refused" isUrgent>
              <FormattedMessage id="consigned.too-many" />
            </Notice>
          )}
          <Choose
            tickets={out}
            onChosen={(chosen) =>
              setStage(
                chosen === null
                  ? { at: 'choose', isTooMany: true }
                  : { at: 'pay', tickets: chosen },
              )
            }
          />
        </>
      )}
      {stage.at === 'pay' && (
        <AwayPay
          tickets={stage.tickets}
          onPaid={(payments, changeMinor) => void sold(stage.tickets, payments, changeMinor)}
          onGiveUp={begin}
        />
      )}
      {stage.at === 'sold' && <AwaySold {...{ ...stage, slips }} onNext={begin} />}
    </div>
  );
}

/** Tickets of one type at one price are one kind: nothing else is known of them here. */
function Choose({
  tickets,
  onChosen,
}: {
  readonly tickets: readonly KeptTicket[];
  readonly onChosen: (tickets: readonly KeptTicket[] | null) => void;
}) {
  const kinds = [...Map.groupBy(tickets, ({ type, amountMinor }) => `${type} ${amountMinor}`)];
  const types = kinds.map(([id, of]) => ({ id, name: nameOf(of), proof: null }));
  const chosen = useCounts(types);
  const { counts, total } = chosen;
  const find = () => {
    if (total === 0) return;
    const picked = kinds.flatMap(([id, of]) => {
      const count = counts[id] ?? 0;
      return count === 0 ? [] : [pickConsigned(of, count)];
    });
    const isEnough = picked.every((some) => some !== null);
    onChosen(isEnough ? picked.flat() : null);
  };
  useDeskKeys((key) => {
    if (chosen.takesKey(key)) return true;
    if (key !== 'Enter') return false;
    find();
    return true;
  });
  if (tickets.length === 0) {
    return (
      <p>
        <FormattedMessage id="consigned.all-sold" />
      </p>
    );
  }
  return (
    <>
      <TypeCounts types={types} chosen={chosen} onEnter={find} />
      <div>
        <Button kind="main" disabled={total === 0} onClick={find}>
          <FormattedMessage id="sell.find" values={{ n: total }} />
          <kbd className="text-sm">Enter</kbd>
        </Button>
      </div>
    </>
  );
}

function nameOf(tickets: readonly KeptTicket[]): KeptTicket['typeName'] {
  const [first] = tickets;
  const left = tickets.length;
  const price = new Intl.NumberFormat('zh-CN', {
    style: 'currency',
    currency: first?.currency ?? 'CNY',
    currencyDisplay: 'narrowSymbol',
  }).format((first?.amountMinor ?? 0) / 100);
  const name = first?.typeName ?? { 'zh-CN': '', en: '' };
  return {
    'zh-CN': `${name['zh-CN']} ${price} · 余 ${left}`,
    en: `${name.en} ${price} · ${left} left`,
  };
}
