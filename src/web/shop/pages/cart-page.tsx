import { useCallback, useEffect, useState } from 'react';
import type { HoldView, QuoteView, SaleView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { goTo, placeAddress } from '../address.ts';
import { askShop, type ShopError } from '../ask-shop.ts';
import { cartSecret, keepHold } from '../cart/kept-secrets.ts';
import { lastChoice, release } from '../cart/use-holding.ts';
import { BuyerForm } from '../parts/buyer-form.tsx';
import { HeldPlaces } from '../parts/held-places.tsx';
import { HoldBar } from '../parts/hold-bar.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { VoucherCodes } from '../parts/voucher-codes.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { asShopError, useAnswer } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

export function CartPage({ event, holdId }: { readonly event: string; readonly holdId: string }) {
  const { say } = useWords();
  const { value: sale, error: noSale, again } = useAnswer<SaleView>(shopPaths.event(event));
  const [hold, setHold] = useState<HoldView | null>(null);
  const [error, setError] = useState<ShopError | null>(null);
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    askShop<HoldView>(shopPaths.hold(holdId), { cart: cartSecret() })
      .then(setHold)
      .catch((fault: unknown) => setError(asShopError(fault)));
  }, [holdId]);
  const end = useCallback(() => {
    keepHold(event, null);
    setIsOver(true);
  }, [event]);
  const hasEnded = isOver || error?.status === 404 || hold?.state === 'expired';
  if (hasEnded || hold?.state === 'released') {
    return (
      <>
        <h1 className="font-semibold text-xl">{say('cart.title')}</h1>
        <Notice hue="unknown" isUrgent={true}>
          {say('cart.over')}
        </Notice>
        <Button
          kind="main"
          onClick={() => {
            keepHold(event, null);
            goTo(placeAddress.seats(event));
          }}
        >
          {say('cart.chooseAgain')}
        </Button>
      </>
    );
  }
  if (error !== null) return <Trouble error={error} />;
  if (noSale !== null) return <Trouble error={noSale} onRetry={again} />;
  if (sale === null || hold === null) return <Waiting />;
  return <LiveCart sale={sale} hold={hold} onHold={setHold} onOver={end} />;
}

function LiveCart({
  sale,
  hold,
  onHold,
  onOver,
}: {
  readonly sale: SaleView;
  readonly hold: HoldView;
  readonly onHold: (hold: HoldView) => void;
  readonly onOver: () => void;
}) {
  const { say } = useWords();
  const [types, setTypes] = useState<ReadonlyMap<string, string>>(new Map());
  const [vouchers, setVouchers] = useState<readonly string[]>([]);
  const [quote, setQuote] = useState<QuoteView | null>(hold.quote);
  const [error, setError] = useState<ShopError | null>(null);
  const cart = cartSecret();
  const groups = lastChoice?.hold === hold.id ? lastChoice.groups : null;
  const requote = (ofTypes: ReadonlyMap<string, string>, codes: readonly string[]) => {
    const body = { types: [...ofTypes].map(([line, type]) => ({ line, type })), vouchers: codes };
    return askShop<QuoteView>(shopPaths.quote(hold.id), { body, cart });
  };
  const retype = (line: string, type: string) => {
    const next = new Map(types).set(line, type);
    setTypes(next);
    setError(null);
    requote(next, vouchers)
      .then(setQuote)
      .catch((fault: unknown) => {
        setQuote(null);
        setError(asShopError(fault));
      });
  };
  const revouch = async (codes: readonly string[]) => {
    setQuote(await requote(types, codes));
    setVouchers(codes);
    setError(null);
  };
  const extend = () => {
    askShop<HoldView>(shopPaths.extend(hold.id), { method: 'POST', cart })
      .then(onHold)
      .catch((fault: unknown) => setError(asShopError(fault)));
  };
  const giveUp = () => {
    void release(sale.id, hold.id).then(() => goTo(placeAddress.seats(sale.id)));
  };
  const { holdSeconds, extendSeconds } = sale.limits;
  return (
    <>
      <h1 className="font-semibold text-xl">{say('cart.title')}</h1>
      <HoldBar
        expiresAt={hold.expiresAt}
        now={hold.now}
        wholeMs={(holdSeconds + (hold.isExtended ? extendSeconds : 0)) * 1_000}
        onOver={onOver}
      />
      {groups !== null && hold.places.length > 1 && (
        <p className="text-quiet">
          {groups.length === 1
            ? say('cart.together', { count: hold.places.length })
            : say('cart.apart', { groups: groups.length })}
        </p>
      )}
      <HeldPlaces sale={sale} hold={hold} types={types} quote={quote} onType={retype} />
      <div className="flex flex-wrap gap-2">
        {!hold.isExtended && (
          <Button size="small" onClick={extend}>
            {say('cart.extend')}
          </Button>
        )}
        <Button size="small" kind="quiet" onClick={giveUp}>
          {say('cart.release')}
        </Button>
      </div>
      <VoucherCodes codes={vouchers} onChange={revouch} />
      {error !== null && <Trouble error={error} />}
      <BuyerForm
        sale={sale}
        hold={hold}
        types={types}
        vouchers={vouchers}
        quote={quote}
        onPriceChanged={() => void requote(types, vouchers).then(setQuote, () => setQuote(null))}
      />
    </>
  );
}
