import { useState } from 'react';
import type { OrderView, PaymentStarted } from '#protocol/shop-orders.ts';
import { Button } from '#web/ui/button.tsx';
import type { ShopError } from '../ask-shop.ts';
import { beginPayment } from '../cart/pay.ts';
import { asShopError } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';
import { ProviderChoice } from './provider-choice.tsx';
import { QrCode } from './qr-code.tsx';
import { Trouble } from './trouble.tsx';

/** For an order that is not paid yet: begin, or begin again by another way. */
export function PayOrder({
  view,
  secret,
  providers,
}: {
  readonly view: OrderView;
  readonly secret: string;
  readonly providers: readonly string[];
}) {
  const { say, bill } = useWords();
  const [provider, setProvider] = useState(providers[0] ?? '');
  const [next, setNext] = useState<PaymentStarted['next'] | null>(null);
  const [error, setError] = useState<ShopError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const total = bill(view.quote.totalMinor, view.quote.currency);
  const pay = () => {
    setIsBusy(true);
    setError(null);
    beginPayment(view, secret, provider)
      .then((begun) => {
        if (begun.kind === 'redirect') location.assign(begun.url);
        else setNext(begun);
      })
      .catch((fault: unknown) => setError(asShopError(fault)))
      .finally(() => setIsBusy(false));
  };
  return (
    <section className="flex flex-col gap-3">
      <ProviderChoice providers={providers} chosen={provider} onChoose={setProvider} />
      {error !== null && <Trouble error={error} />}
      {next?.kind === 'qr' && <QrCode text={next.text} label={say('order.scanToPay')} />}
      {next?.kind === 'transfer' && (
        <p>
          {say('order.transfer', {
            total,
            name: next.account.name,
            bank: next.account.bank,
            number: next.account.number,
            reference: next.reference,
          })}
        </p>
      )}
      <Button kind="main" isBusy={isBusy} onClick={pay}>
        {say('order.payAgain', { total })}
      </Button>
    </section>
  );
}
