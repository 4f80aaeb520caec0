import { useEffect, useRef, useState } from 'react';
import { Button } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import { LooksSwitch } from '#web/ui/looks-switch.tsx';
import { Mark } from '#web/ui/mark.tsx';
import { type Place, placeAddress, placeOf, useAddress } from './address.ts';
import { CartPage } from './pages/cart-page.tsx';
import { GiveBackPage } from './pages/give-back-page.tsx';
import { MatchPage } from './pages/match-page.tsx';
import { MatchesPage } from './pages/matches-page.tsx';
import { OrderPage } from './pages/order-page.tsx';
import { OrdersPage } from './pages/orders-page.tsx';
import { SeatsPage } from './pages/seats-page.tsx';
import { TicketPage } from './pages/ticket-page.tsx';
import { PageLink } from './parts/page-link.tsx';
import { useWords } from './use-words.ts';

export function ShopApp() {
  const address = useAddress();
  const { say } = useWords();
  const [isLooking, setIsLooking] = useState(false);
  const main = useRef<HTMLElement>(null);
  const place = placeOf(address);
  useEffect(() => {
    document.title = say('shop.name');
  }, [say]);
  // Whoever listens to the page is taken to the new one, but not at the first.
  const seen = useRef(address);
  useEffect(() => {
    if (seen.current === address) return;
    seen.current = address;
    main.current?.focus({ preventScroll: true });
  }, [address]);
  return (
    <div className="mx-auto flex min-h-dvh max-w-3xl flex-col px-4">
      <header className="flex items-center justify-between py-3">
        <PageLink
          to={placeAddress.matches()}
          className="flex min-h-11 items-center gap-2 font-semibold"
        >
          <span className="text-accent-text">
            <Mark size={22} />
          </span>
          {say('shop.name')}
        </PageLink>
        <div className="flex items-center gap-1">
          <PageLink
            to={placeAddress.orders()}
            className="flex min-h-11 items-center px-2 font-semibold"
          >
            {say('orders.title')}
          </PageLink>
          <Button kind="quiet" className="px-2" onClick={() => setIsLooking(true)}>
            中文 · English
          </Button>
        </div>
      </header>
      <main ref={main} tabIndex={-1} className="flex flex-1 flex-col gap-5 outline-none">
        <PageAt place={place} />
      </main>
      <Dialog
        isOpen={isLooking}
        onClose={() => setIsLooking(false)}
        title={say('shop.looks')}
        isSheet={true}
      >
        <LooksSwitch />
        <Button onClick={() => setIsLooking(false)}>{say('shared.close')}</Button>
      </Dialog>
    </div>
  );
}

function PageAt({ place }: { readonly place: Place }) {
  if (place.at === 'match') return <MatchPage event={place.event} />;
  if (place.at === 'seats') return <SeatsPage event={place.event} />;
  if (place.at === 'cart') return <CartPage event={place.event} holdId={place.hold} />;
  if (place.at === 'orders') return <OrdersPage />;
  if (place.at === 'order') return <OrderPage key={place.order} id={place.order} />;
  if (place.at === 'ticket') return <TicketPage id={place.order} line={place.line} />;
  if (place.at === 'give-back') return <GiveBackPage id={place.order} />;
  return <MatchesPage />;
}
