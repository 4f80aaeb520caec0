import type { OrderView } from '#protocol/shop-orders.ts';
import { placeAddress } from '../address.ts';
import { placeWords } from '../sale/place-words.ts';
import { useWords } from '../use-words.ts';
import { PageLink } from './page-link.tsx';
import type { OwnOrder } from './with-order.tsx';

export type ShownTicket = OrderView['tickets'][number] & {
  readonly place: OrderView['places'][number];
};

/** In the order of their lines. */
export function ticketsOf(view: OrderView): readonly ShownTicket[] {
  return view.places.flatMap((place) => {
    const ticket = view.tickets.find(({ line }) => line === place.line);
    return ticket === undefined ? [] : [{ ...ticket, place }];
  });
}

/** Tickets of the order, each a step to its code. */
export function OrderTickets({ order }: { readonly order: OwnOrder }) {
  const { say, nameOf } = useWords();
  const { view, sale, advice } = order;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold text-lg">{say('order.tickets')}</h2>
      <ul className="flex flex-col gap-2">
        {ticketsOf(view).map(({ ref, line, status, place }) => {
          const type = sale?.types.find(({ id }) => id === place.type);
          const way = advice?.tickets.find((each) => each.line === line);
          const isGood = status === 'valid';
          const inside = (
            <>
              <span className="flex justify-between gap-3">
                <span className={isGood ? 'font-semibold' : 'text-quiet line-through'}>
                  {placeWords(place, say)}
                </span>
                <span className="text-quiet text-sm">
                  {type === undefined ? place.type : nameOf(type.name)}
                </span>
              </span>
              {isGood && way !== undefined && (
                <span className="text-quiet text-sm">{nameOf(way.words)}</span>
              )}
              <span
                className={isGood ? 'font-semibold text-accent-text text-sm' : 'text-quiet text-sm'}
              >
                {say(isGood ? 'ticket.open' : 'ticket.cancelled')}
              </span>
            </>
          );
          const looks = 'flex flex-col gap-1 rounded-md border border-line bg-raised px-4 py-3';
          return (
            <li key={ref}>
              {isGood ? (
                <PageLink
                  to={placeAddress.ticket(view.id, line)}
                  className={`${looks} hover:bg-sunken`}
                >
                  {inside}
                </PageLink>
              ) : (
                <div className={looks}>{inside}</div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
