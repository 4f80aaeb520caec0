import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { FormattedMessage } from 'react-intl';
import type { DeskOffer, DeskOrder } from '#protocol/box-office.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ApiError, ask, at } from '../api.ts';
import { AwaySale } from '../consigned/away-sale.tsx';
import { ConsignedBar } from '../consigned/consigned-bar.tsx';
import { useConsigned } from '../consigned/use-consigned.ts';
import { Failure } from '../parts/failure.tsx';
import { Empty, PageHead } from '../parts/page.tsx';
import { ChooseStep } from '../sell/choose-step.tsx';
import { Drawer, useShift } from '../sell/drawer.tsx';
import { OrderSearch } from '../sell/order-search.tsx';
import { PayStep } from '../sell/pay-step.tsx';
import { PrinterBar } from '../sell/printer-bar.tsx';
import { ReserveDialog } from '../sell/reserve-dialog.tsx';
import { SoldStep } from '../sell/sold-step.tsx';
import { type Sale, useSale } from '../sell/use-sale.ts';
import { type Slips, useSlips } from '../sell/use-slips.ts';
import { useSession } from '../session.tsx';

/** The box office: by keys alone, one buyer after the other. Beside it the drawer, the printer and orders. */
export function SellPage() {
  const { event = '' } = useParams({ strict: false });
  const session = useSession();
  const { language } = useLooks();
  const locale = language === 'zh' ? 'zh-CN' : 'en';
  const offer = useQuery({
    queryKey: ['desk-offer', event],
    queryFn: () => ask<DeskOffer>(at`/events/${event}/box-office/offer`, { isUnattended: true }),
    refetchInterval: 5_000,
    retry: false,
  });
  const sale = useSale(event, locale);
  const slips = useSlips(event);
  const consigned = useConsigned();
  const queries = useQueryClient();
  const settled = useCallback(() => {
    for (const queryKey of [['desk-shift'], ['desk-offer', event]]) {
      void queries.invalidateQueries({ queryKey });
    }
  }, [queries, event]);
  const isAway = isSilent(offer.error);
  const hasKept = consigned.kept.tickets.some((ticket) => ticket.event === event);
  const isNotOnSale = offer.error instanceof ApiError && offer.error.status === 404;
  return (
    <>
      <PageHead id="place.sell" />
      <div className="grid max-w-6xl gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div>
          {isAway && hasKept ? (
            <AwaySale event={event} consigned={consigned} slips={slips} />
          ) : isNotOnSale ? (
            <Empty>
              <FormattedMessage id="sell.not-on-sale" />
            </Empty>
          ) : (
            <Failure error={offer.error} />
          )}
          {offer.data !== undefined && !(isAway && hasKept) && (
            <Steps event={event} offer={offer.data} sale={sale} slips={slips} locale={locale} />
          )}
        </div>
        <div className="flex flex-col gap-6">
          {session.may('desk.sell') && <Drawer currency={offer.data?.currency ?? 'CNY'} />}
          {session.may('desk.sell') && offer.data !== undefined && (
            <ConsignedBar
              {...{ event, consigned, isAway, locale, offer: offer.data, onSettled: settled }}
            />
          )}
          {session.may('papers.print') && <PrinterBar slips={slips} />}
          <OrderSearch event={event} slips={slips} />
        </div>
      </div>
    </>
  );
}

/** Nobody answered, or only a load balancer that has nobody to ask. */
function isSilent(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 502);
}

function Steps({
  event,
  offer,
  sale,
  slips,
  locale,
}: {
  readonly event: string;
  readonly offer: DeskOffer;
  readonly sale: Sale;
  readonly slips: Slips;
  readonly locale: 'zh-CN' | 'en';
}) {
  const queries = useQueryClient();
  const own = useShift();
  const [isReserving, setReserving] = useState(false);
  const [reserved, setReserved] = useState<DeskOrder | null>(null);
  const { stage } = sale;
  const sold = (refs: readonly string[]) => {
    setReserved(null);
    slips.forget();
    slips.print(refs);
    for (const queryKey of [['desk-shift'], ['desk-offer', event]]) {
      void queries.invalidateQueries({ queryKey });
    }
  };
  return (
    <div className="flex flex-col gap-4">
      {offer.state !== 'on-sale' && (
        <Notice hue="refer">
          <FormattedMessage id="sell.closed" />
        </Notice>
      )}
      {stage.at === 'choose' && reserved !== null && (
        <Notice hue="admitted">
          <FormattedMessage id="reserve.done" values={{ order: reserved.id }} />
        </Notice>
      )}
      <Failure error={sale.error} />
      {stage.at === 'choose' && <ChooseStep offer={offer} sale={sale} />}
      {stage.at === 'pay' && (
        <>
          {own.data?.shift === null && (
            <Notice hue="refer">
              <FormattedMessage id="drawer.none" />
            </Notice>
          )}
          <PayStep
            {...{ offer, sale, ...stage }}
            onSold={sold}
            onReserve={() => setReserving(true)}
          />
          {isReserving && (
            <ReserveDialog
              {...{ event, locale, sale: sale.name, hold: stage.hold }}
              onReserved={(order) => {
                setReserved(order);
                sale.begin();
              }}
              onClose={() => setReserving(false)}
            />
          )}
        </>
      )}
      {stage.at === 'sold' && (
        <SoldStep
          {...{ event, slips, order: stage.order, changeMinor: stage.changeMinor }}
          onNext={() => {
            slips.forget();
            sale.begin();
          }}
        />
      )}
    </div>
  );
}
