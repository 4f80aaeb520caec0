import type { SaleView } from '#protocol/shop.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { placeWords } from '../sale/place-words.ts';
import { useWords } from '../use-words.ts';
import { QrCode } from './qr-code.tsx';

/** Each ticket as the gate wants to see it: code, seat, type. */
export function TicketFaces({
  view,
  sale,
}: {
  readonly view: OrderView;
  readonly sale: SaleView | null;
}) {
  const { say, nameOf } = useWords();
  const shown = view.tickets.flatMap((ticket) => {
    const place = view.places.find(({ line }) => line === ticket.line);
    return place === undefined ? [] : [{ ...ticket, place }];
  });
  return (
    <ol className="grid gap-4 sm:grid-cols-2">
      {shown.map(({ ref, code, status, place }, index) => {
        const seat = placeWords(place, say);
        const type = sale?.types.find(({ id }) => id === place.type);
        const isGood = status === 'valid' && code !== null;
        return (
          <li key={ref} className="flex flex-col gap-2 rounded-md border border-line bg-raised p-4">
            <div className="flex justify-between text-quiet text-sm">
              <span>{say('ticket.of', { at: index + 1, count: shown.length })}</span>
              <span>{type === undefined ? place.type : nameOf(type.name)}</span>
            </div>
            <div className="font-semibold text-lg">{seat}</div>
            {isGood ? (
              <>
                <QrCode text={code} label={say('ticket.qr', { seat })} />
                <p className="text-center text-quiet text-sm">{say('ticket.show')}</p>
              </>
            ) : (
              <p>{say('ticket.cancelled')}</p>
            )}
            <p className="text-center text-quiet text-xs">{ref}</p>
          </li>
        );
      })}
    </ol>
  );
}
