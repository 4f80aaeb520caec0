import { useState } from 'react';
import { parseInstant } from '#domain/kernel/instant.ts';
import type { PledgesMade } from '#protocol/arrivals.ts';
import type { SaleView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { Button } from '#web/ui/button.tsx';
import { groundTime } from '#web/ui/ground-time.ts';
import { askShop } from '../ask-shop.ts';
import { placeWords } from '../sale/place-words.ts';
import { asShopError } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';
import { type ShownTicket, ticketsOf } from './order-tickets.tsx';
import type { OwnOrder } from './with-order.tsx';

type Offer = SaleView['arrivals'][number];

/** Credit for whoever says beforehand when or by which gate they come, and does. */
export function ArrivalOffers({
  order,
  sale,
}: {
  readonly order: OwnOrder;
  readonly sale: SaleView;
}) {
  const { say, nameOf, bill, language } = useWords();
  const time = groundTime(sale.venue.timeZone, language);
  const wayOf = ({ from, until, gates }: Offer) => {
    const [first, last] = [parseInstant(from), parseInstant(until)];
    if (first === null || last === null) return '';
    const slot = say('arrival.slot', { from: time.time(first), until: time.time(last) });
    if (gates === null) return slot;
    const names = gates.map(({ name }) => nameOf(name)).join(language === 'zh' ? '、' : ', ');
    return `${slot} · ${say('arrival.gates', { gates: names })}`;
  };
  const tickets = ticketsOf(order.view).filter(({ status }) => status === 'valid');
  const open = sale.arrivals.filter((offer) => mayTake(offer, tickets).length > 0);
  const pledged = tickets.flatMap(({ pledge, place }) => {
    // A browser may keep an order as it was shown before there were pledges in it.
    if (pledge === null || pledge === undefined) return [];
    const offer = sale.arrivals.find(({ id }) => id === pledge.offer);
    return [{ pledge, place, words: offer === undefined ? pledge.offer : wayOf(offer) }];
  });
  if (pledged.length === 0 && (open.length === 0 || order.isOffline)) return null;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold text-lg">{say('arrival.title')}</h2>
      {open.length > 0 && <p className="text-quiet text-sm">{say('arrival.how')}</p>}
      {pledged.map(({ pledge, place, words }) => (
        <p key={place.line}>
          {say(`arrival.${WORD_OF[pledge.outcome ?? 'none']}`, {
            seat: placeWords(place, say),
            offer: words,
            credit: bill(pledge.creditMinor, sale.currency),
          })}
        </p>
      ))}
      {!order.isOffline &&
        open.map((offer) => (
          <OneOffer
            key={offer.id}
            offer={offer}
            words={wayOf(offer)}
            order={order}
            sale={sale}
            tickets={tickets}
          />
        ))}
    </section>
  );
}

const WORD_OF = {
  none: 'pledged',
  kept: 'kept',
  'another-time': 'missed',
  'another-gate': 'missed',
  'did-not-come': 'missed',
} as const;

/** A ticket takes up one offer, of a gate that leads to its seat. */
function mayTake(
  { types, sections }: Offer,
  tickets: readonly ShownTicket[],
): readonly ShownTicket[] {
  return tickets.filter(
    ({ pledge, place }) =>
      (pledge === null || pledge === undefined) &&
      (types === null || types.includes(place.type)) &&
      (sections === null || sections.includes(place.section)),
  );
}

function OneOffer({
  offer,
  words,
  order,
  sale,
  tickets,
}: {
  readonly offer: Offer;
  /** When and where to come. */
  readonly words: string;
  readonly order: OwnOrder;
  readonly sale: SaleView;
  readonly tickets: readonly ShownTicket[];
}) {
  const { say, nameOf, bill, has } = useWords();
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const { view, secret, again } = order;
  const [from, now] = [offer.from, view.now].map(parseInstant);
  const chosen = mayTake(offer, tickets);
  const isOver = from != null && now != null && now >= from;
  const choose = () => {
    setIsBusy(true);
    setTrouble(null);
    const body = { lines: chosen.map(({ line }) => line) };
    askShop<PledgesMade>(shopPaths.pledge(view.id, offer.id), { body, order: secret })
      .then(({ refused: [first] }) => {
        if (first !== undefined) {
          const id = `arrival.refused.${first.reason}`;
          setTrouble(say(has(id) ? id : 'arrival.refused.other'));
        }
        again();
      })
      .catch((fault: unknown) => {
        const isAway = asShopError(fault).status === 0;
        setTrouble(say(isAway ? 'trouble.unreachable' : 'trouble.other'));
      })
      .finally(() => setIsBusy(false));
  };
  return (
    <div className="flex flex-col gap-1 rounded-md border border-line bg-raised px-4 py-3">
      <p className="flex flex-wrap justify-between gap-x-3 font-semibold">
        <span>{nameOf(offer.name)}</span>
        <span>{say('arrival.each', { credit: bill(offer.creditMinor, sale.currency) })}</span>
      </p>
      <p className="text-sm">{words}</p>
      {isOver ? (
        <p className="text-quiet text-sm">{say('arrival.over')}</p>
      ) : (
        <Button isBusy={isBusy} onClick={choose}>
          {say('arrival.choose', { count: chosen.length })}
        </Button>
      )}
      <p role="status" className="text-sm">
        {trouble}
      </p>
    </div>
  );
}
