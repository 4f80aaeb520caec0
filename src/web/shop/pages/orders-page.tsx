import { type SubmitEvent, useEffect, useState } from 'react';
import { parseInstant } from '#domain/kernel/instant.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { groundTime } from '#web/ui/ground-time.ts';
import { LOCALE_OF } from '#web/ui/language.ts';
import { Notice } from '#web/ui/notice.tsx';
import { placeAddress } from '../address.ts';
import { askShop, type ShopError } from '../ask-shop.ts';
import { readContact } from '../cart/contact.ts';
import { keptOrders, takeOrdersFromLink } from '../cart/kept-secrets.ts';
import { PageLink } from '../parts/page-link.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { asShopError } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

/** Orders that this device knows, and the way to those that it does not. Nobody needs an account. */
export function OrdersPage() {
  const { say, nameOf, language } = useWords();
  const [known, setKnown] = useState(keptOrders);
  useEffect(() => {
    const take = () => {
      takeOrdersFromLink();
      setKnown(keptOrders());
    };
    take();
    // A link that is opened where the page is already.
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  return (
    <>
      <h1 className="font-semibold text-xl">{say('orders.title')}</h1>
      {known.length === 0 && <p className="text-quiet">{say('orders.none')}</p>}
      <ul className="flex flex-col gap-2">
        {known.map(({ order, kept: { view, sale } }) => {
          const kickOff = sale === null ? null : parseInstant(sale.startsAt);
          const time = sale === null ? null : groundTime(sale.venue.timeZone, language);
          return (
            <li key={order}>
              <PageLink
                to={placeAddress.order(order)}
                className="flex flex-col gap-1 rounded-md border border-line bg-raised px-4 py-3 hover:bg-sunken"
              >
                <span className="font-semibold">
                  {sale === null ? say('order.number', { id: order }) : nameOf(sale.name)}
                </span>
                {time !== null && kickOff !== null && <span>{time.whole(kickOff)}</span>}
                <span className="text-quiet text-sm">
                  {view !== null && `${say('orders.count', { count: view.places.length })} · `}
                  {say('order.number', { id: order })}
                </span>
              </PageLink>
            </li>
          );
        })}
      </ul>
      <SendLinks />
    </>
  );
}

function SendLinks() {
  const { say, language } = useWords();
  const [email, setEmail] = useState('');
  const [isTried, setIsTried] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [error, setError] = useState<ShopError | null>(null);
  const contact = readContact(email);
  const address = contact !== null && 'email' in contact ? contact.email : null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (address === null || isBusy) return;
    setIsBusy(true);
    setError(null);
    setSentTo(null);
    const locale = LOCALE_OF[language] === 'zh-CN' ? 'zh-CN' : 'en';
    askShop(shopPaths.orderLinks(), { body: { email: address, locale } })
      .then(() => setSentTo(address))
      .catch((fault: unknown) => setError(asShopError(fault)))
      .finally(() => setIsBusy(false));
  };
  return (
    <form onSubmit={submit} noValidate={true} className="flex flex-col gap-3 pb-8">
      <h2 className="font-semibold text-lg">{say('orders.find')}</h2>
      <Field
        label={say('orders.email')}
        type="email"
        autoComplete="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        hint={say('orders.how')}
        error={isTried && address === null ? say('orders.emailMissing') : null}
      />
      {error !== null && <Trouble error={error} />}
      {sentTo !== null && (
        <Notice hue="provisional">{say('orders.sent', { email: sentTo })}</Notice>
      )}
      <Button type="submit" isBusy={isBusy}>
        {say('orders.send')}
      </Button>
    </form>
  );
}
