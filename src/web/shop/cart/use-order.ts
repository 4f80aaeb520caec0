// An order by its secret: asked until it is settled and whenever somebody looks again, kept for when there is no
// network. What its tickets show beside the code, the match and the way in, is kept with it.
import { useEffect, useRef, useState } from 'react';
import type { OrderAdvice } from '#protocol/order-papers.ts';
import type { SaleView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { askShop, type ShopError } from '../ask-shop.ts';
import { asShopError } from '../sale/use-answer.ts';
import { type KeptOrder, keepOrder, keptOrder, takeSecretFromLink } from './kept-secrets.ts';

/** Quick while a provider usually answers, then ever more calmly: a refund takes days. */
const FIRST_LOOKS_MS = 1_200;
const FIRST_LOOKS = 25;
const LATER_LOOKS_MAX_MS = 60_000;
/** Tries for what is shown beside, once the order itself is settled. */
const LOOKS_BESIDE_MAX = 5;
/** A provider that has not told by now is slow, and the page says what to do. */
export const SLOW_AFTER_MS = 20_000;

export type ShownOrder = {
  readonly kept: KeptOrder | null;
  /** What is shown was kept here; nobody answers now. */
  readonly isOffline: boolean;
  readonly error: ShopError | null;
  /** Shows what an act has answered, and looks again. */
  readonly again: () => void;
};

export function useOrder(id: string): ShownOrder {
  const [kept, setKept] = useState(() => {
    takeSecretFromLink(id);
    return keptOrder(id);
  });
  const [error, setError] = useState<ShopError | null>(null);
  const [turn, setTurn] = useState(0);
  const secret = kept?.secret ?? null;
  const again = useRef(() => setTurn((before) => before + 1)).current;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn is another series of looks.
  useEffect(() => {
    if (secret === null) return;
    const looking = new LookingAfter(id, secret, () => setKept(keptOrder(id)), setError);
    looking.look();
    return () => looking.stop();
  }, [id, secret, turn]);
  useEffect(() => {
    const seen = () => {
      if (document.visibilityState === 'visible') again();
    };
    document.addEventListener('visibilitychange', seen);
    addEventListener('online', again);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', again);
    };
  }, [again]);
  const isOffline = (kept?.view ?? null) !== null && error?.status === 0;
  return { kept, isOffline, error, again };
}

class LookingAfter {
  readonly #id: string;
  readonly #secret: string;
  readonly #shown: () => void;
  readonly #failed: (error: ShopError | null) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWanted = true;
  #looks = 0;

  constructor(
    id: string,
    secret: string,
    shown: () => void,
    failed: (error: ShopError | null) => void,
  ) {
    [this.#id, this.#secret, this.#shown, this.#failed] = [id, secret, shown, failed];
  }

  stop(): void {
    this.#isWanted = false;
    clearTimeout(this.#timer);
  }

  look(): void {
    this.#look().catch((fault: unknown) => {
      if (!this.#isWanted) return;
      const error = asShopError(fault);
      this.#failed(error);
      if (error.status !== 404) this.#later();
    });
  }

  async #look(): Promise<void> {
    const { id, secret } = { id: this.#id, secret: this.#secret };
    const view = await askShop<OrderView>(shopPaths.order(id), { order: secret });
    if (!this.#isWanted) return;
    keepOrder(id, { secret, view });
    this.#shown();
    this.#failed(null);
    const isWhole = await this.#lookBeside(view);
    if (!this.#isWanted) return;
    if (!isSettled(view) || (!isWhole && this.#looks < LOOKS_BESIDE_MAX)) this.#later();
  }

  /** The match and the way in: nothing that an order or its code would wait for. @returns whether both are known */
  async #lookBeside(view: OrderView): Promise<boolean> {
    const { id, secret } = { id: this.#id, secret: this.#secret };
    const hasTickets = view.tickets.length > 0;
    const known = keptOrder(id);
    const [sale, advice] = await Promise.all([
      this.#looks > 0 && known !== null && known.sale !== null
        ? null
        : askShop<SaleView>(shopPaths.event(view.event)).catch(() => null),
      hasTickets
        ? askShop<OrderAdvice>(shopPaths.advice(id), { order: secret }).catch(() => null)
        : null,
    ]);
    if (!this.#isWanted) return true;
    if (sale !== null) keepOrder(id, { secret, sale });
    if (advice !== null) keepOrder(id, { secret, advice });
    this.#shown();
    const now = keptOrder(id);
    return now?.sale !== null && (!hasTickets || now?.advice !== null);
  }

  #later(): void {
    this.#looks += 1;
    const slower = 1.5 ** Math.max(0, this.#looks - FIRST_LOOKS);
    const pauseMs = Math.min(LATER_LOOKS_MAX_MS, FIRST_LOOKS_MS * slower);
    this.#timer = setTimeout(() => this.look(), pauseMs);
  }
}

/** Nothing more is to be expected of it by itself. */
function isSettled({ state, tickets, returnDueMinor }: OrderView): boolean {
  if (returnDueMinor > 0) return false;
  if (state === 'issued') return tickets.length > 0;
  return state === 'cancelled' || state === 'expired' || state === 'voided';
}
