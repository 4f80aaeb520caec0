// An order by its secret: asked until it is settled, kept for when there is no network.
import { useEffect, useState } from 'react';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { askShop, type ShopError } from '../ask-shop.ts';
import { asShopError } from '../sale/use-answer.ts';
import { keepOrder, keptOrder, takeSecretFromLink } from './kept-secrets.ts';

const LOOK_EVERY_MS = 1_500;

export type ShownOrder = {
  readonly view: OrderView | null;
  readonly secret: string | null;
  /** What is shown was kept here; nobody answers now. */
  readonly isOffline: boolean;
  readonly error: ShopError | null;
};

export function useOrder(id: string): ShownOrder {
  const [kept] = useState(() => {
    takeSecretFromLink(id);
    return keptOrder(id);
  });
  const [view, setView] = useState<OrderView | null>(kept?.view ?? null);
  const [error, setError] = useState<ShopError | null>(null);
  const secret = kept?.secret ?? null;
  useEffect(() => {
    if (secret === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    const look = async () => {
      try {
        const now = await askShop<OrderView>(shopPaths.order(id), { order: secret });
        if (!isWanted) return;
        keepOrder(id, { secret, view: now });
        setView(now);
        setError(null);
        if (isSettled(now)) return;
      } catch (fault) {
        if (!isWanted) return;
        const problem = asShopError(fault);
        setError(problem);
        if (problem.status === 404) return;
      }
      timer = setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    void look();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [id, secret]);
  return { view, secret, isOffline: view !== null && error?.status === 0, error };
}

function isSettled({ state, tickets, returnDueMinor }: OrderView): boolean {
  if (returnDueMinor > 0) return false;
  return tickets.length > 0 || (state !== 'ordered' && state !== 'paid');
}
