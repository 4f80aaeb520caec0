import { parseInstant } from '#domain/kernel/instant.ts';
import { groundTime } from '#web/ui/ground-time.ts';
import { Notice } from '#web/ui/notice.tsx';
import { placeAddress } from '../address.ts';
import { type ShownTicket, ticketsOf } from '../parts/order-tickets.tsx';
import { PageLink } from '../parts/page-link.tsx';
import { type Paper, PaperButtons } from '../parts/paper-buttons.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { type OwnOrder, WithOrder } from '../parts/with-order.tsx';
import { placeWords } from '../sale/place-words.ts';
import { useWords } from '../use-words.ts';

/** One ticket as the gate wants to see it, and how to get there. It opens without a network. */
export function TicketPage({ id, line }: { readonly id: string; readonly line: string }) {
  return <WithOrder id={id}>{(order) => <OwnTicket order={order} line={line} />}</WithOrder>;
}

function OwnTicket({ order, line }: { readonly order: OwnOrder; readonly line: string }) {
  const { say, nameOf } = useWords();
  const { view, sale } = order;
  const good = ticketsOf(view).filter(({ status }) => status === 'valid');
  const at = good.findIndex((ticket) => ticket.line === line);
  const ticket = good[at];
  const toOrder = (
    <PageLink to={placeAddress.order(view.id)} className={LINK}>
      {say('ticket.toOrder')}
    </PageLink>
  );
  if (ticket === undefined) {
    return (
      <>
        <h1 className="font-semibold text-xl">{say('ticket.title')}</h1>
        <Notice hue="refer">{say('ticket.notGood')}</Notice>
        {toOrder}
      </>
    );
  }
  const seat = placeWords(ticket.place, say);
  const type = sale?.types.find(({ id }) => id === ticket.place.type);
  const [before, after] = [good[at - 1], good[at + 1]];
  return (
    <>
      <div className="flex flex-col gap-1">
        <h1 className="font-semibold text-xl">{seat}</h1>
        <p>
          {type === undefined ? ticket.place.type : nameOf(type.name)}
          {sale !== null && ` · ${nameOf(sale.name)}`}
        </p>
      </div>
      {ticket.code !== null && (
        <div className="flex flex-col gap-2">
          <QrCode text={ticket.code} label={say('ticket.qr', { seat })} />
          <p className="text-center text-quiet text-sm">
            {say('ticket.show')} · {ticket.ref}
          </p>
        </div>
      )}
      <HowToComeIn order={order} ticket={ticket} />
      <PaperButtons order={order} papers={TICKET_PAPERS} line={line} />
      <nav aria-label={say('ticket.others')} className="flex flex-wrap justify-between gap-3 pb-8">
        {toOrder}
        {good.length > 1 && (
          <span className="flex items-center gap-3">
            {before !== undefined && (
              <PageLink to={placeAddress.ticket(view.id, before.line)} className={LINK}>
                {say('ticket.before')}
              </PageLink>
            )}
            <span className="text-quiet text-sm">
              {say('ticket.of', { at: at + 1, count: good.length })}
            </span>
            {after !== undefined && (
              <PageLink to={placeAddress.ticket(view.id, after.line)} className={LINK}>
                {say('ticket.after')}
              </PageLink>
            )}
          </span>
        )}
      </nav>
    </>
  );
}

const TICKET_PAPERS: readonly Paper[] = ['wallet.pkpass', 'calendar.ics'];
const LINK = 'inline-flex min-h-11 items-center font-semibold text-accent-text underline';

function HowToComeIn({
  order: { sale, advice },
  ticket: { line },
}: {
  readonly order: OwnOrder;
  readonly ticket: ShownTicket;
}) {
  const { say, nameOf, language } = useWords();
  const way = advice?.tickets.find((each) => each.line === line);
  const time = sale === null ? null : groundTime(sale.venue.timeZone, language);
  const arriveBy = way === undefined ? null : parseInstant(way.arriveBy);
  const doors = sale === null ? null : parseInstant(sale.doorsAt);
  const kickOff = sale === null ? null : parseInstant(sale.startsAt);
  const facts = [
    ...(way === undefined
      ? []
      : [
          {
            term: say('ticket.gate'),
            words: [
              way.gate === null ? say('ticket.anyGate') : nameOf(way.gate.name),
              ...(way.isStepFree ? [say('ticket.stepFree')] : []),
            ].join(' · '),
          },
        ]),
    ...(time === null || arriveBy === null
      ? []
      : [{ term: say('ticket.arriveBy'), words: time.time(arriveBy) }]),
    ...(time === null || doors === null
      ? []
      : [{ term: say('match.doors'), words: time.time(doors) }]),
    ...(time === null || kickOff === null
      ? []
      : [{ term: say('match.kickOff'), words: time.whole(kickOff) }]),
    ...(sale === null ? [] : [{ term: say('ticket.ground'), words: nameOf(sale.venue.name) }]),
  ];
  if (facts.length === 0) return null;
  return (
    <section className="flex flex-col gap-2">
      <h2 className="sr-only">{say('ticket.way')}</h2>
      {way !== undefined && <p className="font-semibold">{nameOf(way.words)}</p>}
      <dl className="rounded-md border border-line bg-raised px-4">
        {facts.map(({ term, words }) => (
          <div
            key={term}
            className="flex justify-between gap-4 border-line border-b py-2 last:border-b-0"
          >
            <dt className="text-quiet">{term}</dt>
            <dd className="text-right font-semibold">{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
