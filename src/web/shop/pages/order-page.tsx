import { useState } from 'react';
import { Button } from '#web/ui/button.tsx';
import { placeAddress } from '../address.ts';
import { ArrivalOffers } from '../parts/arrival-offers.tsx';
import { BillLines } from '../parts/bill-lines.tsx';
import { MatchFacts } from '../parts/match-facts.tsx';
import { OrderState } from '../parts/order-state.tsx';
import { OrderTickets } from '../parts/order-tickets.tsx';
import { PageLink } from '../parts/page-link.tsx';
import { type Paper, PaperButtons } from '../parts/paper-buttons.tsx';
import { PayOrder } from '../parts/pay-order.tsx';
import { type OwnOrder, WithOrder } from '../parts/with-order.tsx';
import { placeWords } from '../sale/place-words.ts';
import { useWords } from '../use-words.ts';

/** The order by its link: what to pay, or the tickets. */
export function OrderPage({ id }: { readonly id: string }) {
  return <WithOrder id={id}>{(order) => <OwnOrderPage order={order} />}</WithOrder>;
}

function OwnOrderPage({ order }: { readonly order: OwnOrder }) {
  const { say } = useWords();
  const { view, sale, secret, isOffline } = order;
  const isPaid = view.tickets.some(({ status }) => status === 'valid');
  const isToPay = view.state === 'ordered' && !isOffline;
  return (
    <>
      <div>
        <h1 className="font-semibold text-xl">{say('order.title')}</h1>
        <p className="text-quiet">{say('order.number', { id: view.id })}</p>
      </div>
      <OrderState view={view} sale={sale} />
      {isToPay && sale !== null && (
        <PayOrder view={view} secret={secret} providers={sale.providers} />
      )}
      {view.tickets.length > 0 ? <OrderTickets order={order} /> : <PlacesOf order={order} />}
      {isPaid && sale !== null && <ArrivalOffers order={order} sale={sale} />}
      {sale !== null && <MatchFacts event={sale} isHeading={false} isBought={true} />}
      {isPaid && <PaperButtons order={order} papers={ORDER_PAPERS} />}
      {isPaid && <LinkOf order={order} />}
    </>
  );
}

const ORDER_PAPERS: readonly Paper[] = ['tickets.pdf', 'receipt.pdf', 'calendar.ics'];

/** What is ordered and not paid: seats and what they cost. */
function PlacesOf({ order: { view, sale } }: { readonly order: OwnOrder }) {
  const { say, bill } = useWords();
  const { quote } = view;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold text-lg">{say('order.seats')}</h2>
      <ul className="rounded-md border border-line bg-raised px-4">
        {view.places.map((place) => {
          const line = quote.lines.find((each) => each.line === place.line);
          return (
            <li
              key={place.line}
              className="flex justify-between gap-3 border-line border-b py-2 last:border-b-0"
            >
              <span>{placeWords(place, say)}</span>
              <span>{line === undefined ? '' : bill(line.ticketMinor, quote.currency)}</span>
            </li>
          );
        })}
      </ul>
      {sale !== null && <BillLines quote={quote} fees={sale.fees} />}
      <p className="flex justify-between font-semibold">
        <span>{say('seats.total')}</span>
        <span>{bill(quote.totalMinor, quote.currency)}</span>
      </p>
    </section>
  );
}

function LinkOf({ order: { view, secret } }: { readonly order: OwnOrder }) {
  const { say } = useWords();
  const [isCopied, setIsCopied] = useState(false);
  const copy = () => {
    const link = `${location.origin}${placeAddress.order(view.id)}#${secret}`;
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
      {view.refundPolicy !== null && (
        <PageLink
          to={placeAddress.giveBack(view.id)}
          className="inline-flex min-h-11 items-center self-start text-accent-text underline"
        >
          {say('back.open')}
        </PageLink>
      )}
    </div>
  );
}
