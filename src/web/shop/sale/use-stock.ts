// Layout and availability of a sale, kept up to date while the page looks at them.
import { useEffect, useState } from 'react';
import type { Availability, SaleView, ShopLayout } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { askShop, type ShopError } from '../ask-shop.ts';
import { type SeatPlan, seatPlanOf } from '../map/seat-plan.ts';
import { SeatStock } from '../map/seat-stock.ts';
import { asShopError } from './use-answer.ts';

export type Stocked = { readonly plan: SeatPlan; readonly stock: SeatStock };

export function useStock(sale: SaleView): { stocked: Stocked | null; error: ShopError | null } {
  const [stocked, setStocked] = useState<Stocked | null>(null);
  const [error, setError] = useState<ShopError | null>(null);
  const { id } = sale;
  const { version } = sale.layout;
  useEffect(() => {
    const leaving = new AbortController();
    follow(id, version, leaving.signal, setStocked).catch((fault: unknown) => {
      if (!leaving.signal.aborted) setError(asShopError(fault));
    });
    return () => leaving.abort();
  }, [id, version]);
  return { stocked, error };
}

async function follow(
  event: string,
  version: number,
  leaving: AbortSignal,
  show: (stocked: Stocked) => void,
): Promise<void> {
  const [layout, first] = await Promise.all([
    askShop<ShopLayout>(shopPaths.layout(event, version)),
    askShop<Availability>(shopPaths.availability(event)),
  ]);
  if (leaving.aborted) return;
  const plan = seatPlanOf(layout);
  const stock = new SeatStock(plan);
  stock.take(first);
  show({ plan, stock });
  const live = new EventSource(shopPaths.live(event));
  leaving.addEventListener('abort', () => live.close());
  const catchUp = () => {
    askShop<Availability>(shopPaths.availability(event, stock.revision))
      .then((told) => stock.take(told))
      // The next of the stream brings it.
      .catch(() => {});
  };
  live.addEventListener('reload', catchUp);
  live.addEventListener('delta', (message) => {
    if (!stock.take(JSON.parse(message.data) as Availability)) catchUp();
  });
}
