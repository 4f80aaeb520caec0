import { useEffect, useState } from 'react';
import { parseInstant } from '#domain/kernel/instant.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { CancelQuote } from '#protocol/shop-orders.ts';
import { Button } from '#web/ui/button.tsx';
import { groundTime } from '#web/ui/ground-time.ts';
import { Notice } from '#web/ui/notice.tsx';
import { goTo, placeAddress } from '../address.ts';
import { askShop, type ShopError } from '../ask-shop.ts';
import { BottomBar } from '../parts/bottom-bar.tsx';
import { ticketsOf } from '../parts/order-tickets.tsx';
import { PageLink } from '../parts/page-link.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { type OwnOrder, WithOrder } from '../parts/with-order.tsx';
import { placeWords } from '../sale/place-words.ts';
import { asShopError } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

/** What comes back for which ticket, before anything is given up. */
export function GiveBackPage({ id }: { readonly id: string }) {
  return <WithOrder id={id}>{(order) => <GiveBack order={order} />}</WithOrder>;
}

function GiveBack({ order }: { readonly order: OwnOrder }) {
  const { say, bill } = useWords();
  const { view, secret, isOffline } = order;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<ShopError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const good = ticketsOf(view).filter(({ status }) => status === 'valid');
  const lines = good.map(({ line }) => line).filter((line) => chosen.has(line));
  const { quote, error: noQuote } = useCancelQuote(order, lines.join(' '));
  const toOrder = placeAddress.order(view.id);
  const giveBack = () => {
    if (quote === null) return;
    setIsBusy(true);
    setError(null);
    const body = { lines, refundMinor: quote.refundMinor };
    askShop<CancelQuote>(shopPaths.cancel(view.id), { body, order: secret })
      .then(() => goTo(toOrder))
      .catch((fault: unknown) => {
        setError(asShopError(fault));
        order.again();
      })
      .finally(() => setIsBusy(false));
  };
  return (
    <>
      <div>
        <h1 className="font-semibold text-xl">{say('back.title')}</h1>
        <p className="text-quiet">{say('order.number', { id: view.id })}</p>
      </div>
      {good.length === 0 ? (
        <Notice hue="unknown">{say('back.none')}</Notice>
      ) : (
        <fieldset>
          <legend className="mb-1 font-semibold">{say('back.which')}</legend>
          {good.map(({ line, place }) => (
            <label
              key={line}
              className="flex min-h-11 items-center gap-3 border-line border-b last:border-b-0"
            >
              <input
                type="checkbox"
                className="size-5 accent-accent"
                checked={chosen.has(line)}
                onChange={() => {
                  const next = new Set(chosen);
                  if (!next.delete(line)) next.add(line);
                  setChosen(next);
                }}
              />
              {placeWords(place, say)}
            </label>
          ))}
        </fieldset>
      )}
      {noQuote !== null && <Trouble error={noQuote} />}
      {error !== null && <Trouble error={error} />}
      {quote !== null && lines.length > 0 && <QuoteTable order={order} quote={quote} />}
      <PageLink to={toOrder} className="inline-flex min-h-11 items-center underline">
        {say('back.keep')}
      </PageLink>
      <BottomBar
        label={say('back.total')}
        total={quote === null ? '—' : bill(quote.refundMinor, quote.currency)}
        note={<p>{say('back.note')}</p>}
      >
        <Button
          kind="danger"
          isBusy={isBusy}
          disabled={quote === null || lines.length === 0 || isOffline}
          onClick={giveBack}
        >
          {say('back.confirm', { count: lines.length })}
        </Button>
      </BottomBar>
    </>
  );
}

/** Line by line as the server quotes it; asked anew when another ticket is chosen. @param lines - with spaces between */
function useCancelQuote({ view: { id }, secret }: OwnOrder, lines: string) {
  const [quote, setQuote] = useState<CancelQuote | null>(null);
  const [error, setError] = useState<ShopError | null>(null);
  useEffect(() => {
    setQuote(null);
    setError(null);
    if (lines === '') return;
    let isWanted = true;
    const body = { lines: lines.split(' ') };
    askShop<CancelQuote>(shopPaths.cancelQuote(id), { body, order: secret })
      .then((found) => isWanted && setQuote(found))
      .catch((fault: unknown) => isWanted && setError(asShopError(fault)));
    return () => {
      isWanted = false;
    };
  }, [id, secret, lines]);
  return { quote, error };
}

function QuoteTable({ order, quote }: { readonly order: OwnOrder; readonly quote: CancelQuote }) {
  const { say, bill, language } = useWords();
  const { view, sale } = order;
  const until = quote.validUntil === null ? null : parseInstant(quote.validUntil);
  const time = groundTime(sale?.venue.timeZone ?? 'Asia/Shanghai', language);
  const amount = (minor: number) => bill(minor, quote.currency);
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold text-lg">{say('back.quote')}</h2>
      <ul className="rounded-md border border-line bg-raised px-4">
        {quote.lines.map(({ line, paidMinor, keptMinor, refundMinor }) => {
          const place = view.places.find((each) => each.line === line);
          return (
            <li key={line} className="border-line border-b py-2 last:border-b-0">
              <div className="flex justify-between gap-3 font-semibold">
                <span>{place === undefined ? line : placeWords(place, say)}</span>
                <span>{amount(refundMinor)}</span>
              </div>
              <div className="text-quiet text-sm">
                {say('back.line', { paid: amount(paidMinor), kept: amount(keptMinor) })}
              </div>
            </li>
          );
        })}
      </ul>
      {until !== null && (
        <p className="text-quiet text-sm">{say('back.until', { until: time.whole(until) })}</p>
      )}
    </section>
  );
}
