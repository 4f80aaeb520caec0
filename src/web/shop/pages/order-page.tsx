import { useState } from 'react';
import type { SaleView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { Button } from '#web/ui/button.tsx';
import { groundTime } from '#web/ui/ground-time.ts';
import { Notice } from '#web/ui/notice.tsx';
import { placeAddress } from '../address.ts';
import { useOrder } from '../cart/use-order.ts';
import { MatchFacts } from '../parts/match-facts.tsx';
import { PayOrder } from '../parts/pay-order.tsx';
import { TicketFaces } from '../parts/ticket-faces.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { useAnswer } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

/** The order by its link: what to pay, or the tickets. */
export function OrderPage({ id }: { readonly id: string }) {
  const { say } = useWords();
  const { view, secret, isOffline, error } = useOrder(id);
  const { value: sale } = useAnswer<SaleView>(view === null ? null : shopPaths.event(view.event));
  if (view === null || secret === null) {
    if (error !== null && error.status !== 404) return <Trouble error={error} isPaying={true} />;
    if (secret !== null && error === null) return <Waiting />;
    return <Notice hue="unknown">{say('order.unknown')}</Notice>;
  }
  const isPaid = view.tickets.some(({ status }) => status === 'valid');
  return (
    <>
      <div>
        <h1 className="font-semibold text-xl">{say('order.title')}</h1>
        <p className="text-quiet">{say('order.number', { id: view.id })}</p>
      </div>
      {isOffline && <Notice hue="unknown">{say('order.offline')}</Notice>}
      <StateOf view={view} sale={sale} />
      {view.state === 'ordered' && sale !== null && (
        <PayOrder view={view} secret={secret} providers={sale.providers} />
      )}
      {isPaid && <TicketFaces view={view} sale={sale} />}
      {sale !== null && <MatchFacts event={sale} isHeading={false} />}
      {isPaid && <LinkOf id={view.id} secret={secret} />}
    </>
  );
}

function StateOf({ view, sale }: { readonly view: OrderView; readonly sale: SaleView | null }) {
  const { say, bill, language } = useWords();
  const { currency } = view.quote;
  if (view.returnDueMinor > 0) {
    return (
      <Notice hue="refer">
        {say('order.returning', { amount: bill(view.returnDueMinor, currency) })}
      </Notice>
    );
  }
  if (view.tickets.some(({ status }) => status === 'valid')) {
    return <Notice hue="admitted">{say('order.paid')}</Notice>;
  }
  if (view.state === 'ordered' || view.state === 'paid') {
    const isChecking = view.state === 'paid' || view.payments.length > 0;
    const time = groundTime(sale?.venue.timeZone ?? 'Asia/Shanghai', language);
    return (
      <Notice hue="provisional">
        {say(isChecking ? 'order.checking' : 'order.ordered')}
        {view.payUntil !== null &&
          ` ${say('order.payUntil', { time: time.time(Date.parse(view.payUntil) as never) })}`}
      </Notice>
    );
  }
  return (
    <Notice hue="unknown">
      {view.state === 'expired'
        ? `${say('order.over')} ${say('money.unmoved')}`
        : say('order.cancelled')}
    </Notice>
  );
}

function LinkOf({ id, secret }: { readonly id: string; readonly secret: string }) {
  const { say } = useWords();
  const [isCopied, setIsCopied] = useState(false);
  const copy = () => {
    const link = `${location.origin}${placeAddress.order(id)}#${secret}`;
    navigator.clipboard.writeText(link).then(
      () => setIsCopied(true),
      () => {},
    );
  };
  return (
    <div className="flex flex-col gap-2 pb-8">
      <p className="text-quiet text-sm">{say('order.keep')}</p>
      <Button onClick={copy}>{say('order.copy')}</Button>
      <p role="status" className="text-sm">
        {isCopied && say('order.copied')}
      </p>
    </div>
  );
}
