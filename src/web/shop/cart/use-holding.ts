// Holding what was chosen. The server chooses the best available ones in the same step that holds them.
import { useState } from 'react';
import type { HoldRequest, HoldView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { goTo, placeAddress } from '../address.ts';
import { askShop, type ShopError } from '../ask-shop.ts';
import { asShopError } from '../sale/use-answer.ts';
import { cartSecret, keepHold, keptHold } from './kept-secrets.ts';

export type Holding = {
  readonly isBusy: boolean;
  readonly error: ShopError | null;
  readonly hold: (wish: HoldRequest) => void;
};

export function useHolding(event: string): Holding {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<ShopError | null>(null);
  const hold = (wish: HoldRequest) => {
    setIsBusy(true);
    setError(null);
    holdInstead(event, wish)
      .then(({ id, choice }) => {
        lastChoice = { hold: id, groups: choice?.groups ?? null };
        goTo(placeAddress.cart(event, id));
      })
      .catch((fault: unknown) => setError(asShopError(fault)))
      .finally(() => setIsBusy(false));
  };
  return { isBusy, error, hold };
}

/** How the last hold was found, for the page that shows it. */
export let lastChoice: { readonly hold: string; readonly groups: readonly number[] | null } | null =
  null;

/** What was held before is given up for it: a browser holds one choice of a match at a time. */
async function holdInstead(event: string, wish: HoldRequest): Promise<HoldView> {
  const cart = cartSecret();
  const before = keptHold(event);
  if (before !== null) await release(event, before);
  const made = await askShop<HoldView>(shopPaths.holds(event), { body: wish, cart });
  keepHold(event, made.id);
  return made;
}

export async function release(event: string, hold: string): Promise<void> {
  keepHold(event, null);
  // What is over or being paid cannot be given up, and need not be.
  await askShop(shopPaths.hold(hold), { method: 'DELETE', cart: cartSecret() }).catch(() => {});
}
