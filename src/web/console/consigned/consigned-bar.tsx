// What was counted out to this desk: how much of it there is still, what the hub has yet to hear, and the way back.
import { useEffect, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { DeskOffer } from '#protocol/box-office.ts';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { Failure } from '../parts/failure.tsx';
import { Section } from '../parts/page.tsx';
import { Money } from '../sell/money.tsx';
import { CountOutDialog } from './count-out-dialog.tsx';
import type { Consigned } from './use-consigned.ts';

export function ConsignedBar({
  event,
  offer,
  consigned,
  isAway,
  locale,
  onSettled,
}: {
  readonly event: string;
  readonly offer: DeskOffer;
  readonly consigned: Consigned;
  readonly isAway: boolean;
  readonly locale: 'zh-CN' | 'en';
  /** The drawer has to be read again. */
  readonly onSettled: () => void;
}) {
  const intl = useIntl();
  const [isCounting, setCounting] = useState(false);
  const [entered, setEntered] = useState<readonly string[]>([]);
  const { tell, kept } = consigned;
  const tickets = kept.tickets.filter((ticket) => ticket.event === event && ticket.sale === null);
  const owedMinor = tickets.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const untold = kept.sales.filter((sale) => sale.event === event);
  const waiting = untold.filter(({ trouble }) => trouble === null).length;
  useEffect(() => {
    if (!isAway && waiting > 0) void tell().then(onSettled);
  }, [isAway, waiting, tell, onSettled]);
  if (!offer.isConsigning && tickets.length + untold.length === 0) return null;
  const giveBack = async () => {
    const came = await consigned.giveBack(event);
    setEntered(came ?? []);
    onSettled();
  };
  return (
    <Section title={intl.formatMessage({ id: 'consigned.title' })}>
      <Failure error={consigned.error} />
      <p className="text-sm" role="status">
        <FormattedMessage
          id={tickets.length === 0 ? 'consigned.none' : 'consigned.out'}
          values={{
            n: tickets.length,
            owed: <Money minor={owedMinor} currency={offer.currency} />,
          }}
        />
        {waiting > 0 && (
          <span className="block">
            <FormattedMessage id="consigned.untold" values={{ n: waiting }} />
          </span>
        )}
      </p>
      {untold.map(
        ({ sale, refs, trouble }) =>
          trouble !== null && (
            <Notice key={sale} hue="refused">
              <FormattedMessage
                id="consigned.trouble"
                values={{ tickets: refs.join(', '), why: trouble }}
              />
            </Notice>
          ),
      )}
      {entered.length > 0 && (
        <Notice hue="refer">
          <FormattedMessage id="consigned.entered" values={{ tickets: entered.join(', ') }} />
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        <Button size="small" disabled={isAway} onClick={() => setCounting(true)}>
          <FormattedMessage id="consigned.count-out" />
        </Button>
        {tickets.length > 0 && (
          <Button size="small" kind="quiet" disabled={isAway} onClick={() => void giveBack()}>
            <FormattedMessage id="consigned.give-back" values={{ n: tickets.length }} />
          </Button>
        )}
      </div>
      {isCounting && (
        <CountOutDialog
          {...{ event, offer, locale }}
          onClose={() => {
            setCounting(false);
            void consigned.reload().then(onSettled);
          }}
        />
      )}
    </Section>
  );
}
