// What this browser keeps: the secret of its cart, its hold of each match, and orders with their secrets and the last
// look at them, so that a ticket that was opened once is there without any network.
import { readOrderLinks } from '#protocol/order-links.ts';
import type { OrderAdvice } from '#protocol/order-papers.ts';
import type { SaleView } from '#protocol/shop.ts';
import { ORDER_SECRET } from '#protocol/shop-addresses.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { newSecret } from '../ask-shop.ts';

const CART = 'kaimen.shop.cart';
const HOLD = 'kaimen.shop.hold.';
const ORDER = 'kaimen.shop.order.';

/** What its page and its tickets show; null: not seen yet. */
export type KeptOrder = {
  readonly secret: string;
  readonly view: OrderView | null;
  readonly sale: SaleView | null;
  readonly advice: OrderAdvice | null;
};

/** Used where storage is switched off: then everything holds until the page is left. */
const inMemory = new Map<string, string>();

export function cartSecret(): string {
  const known = read(CART);
  if (known !== null) return known;
  const made = newSecret();
  write(CART, made);
  return made;
}

export function keptHold(event: string): string | null {
  return read(HOLD + event);
}

export function keepHold(event: string, hold: string | null): void {
  write(HOLD + event, hold);
}

export function keptOrder(order: string): KeptOrder | null {
  const text = read(ORDER + order);
  if (text === null) return null;
  // One that an older build has kept lacks what that did not keep.
  const kept = JSON.parse(text) as Partial<KeptOrder> & Pick<KeptOrder, 'secret'>;
  return { view: null, sale: null, advice: null, ...kept };
}

/** All that this browser knows, the latest first. */
export function keptOrders(): readonly { readonly order: string; readonly kept: KeptOrder }[] {
  const names = new Set([...inMemory.keys(), ...storedNames()]);
  return [...names]
    .filter((name) => name.startsWith(ORDER))
    .flatMap((name) => {
      const order = name.slice(ORDER.length);
      const kept = keptOrder(order);
      return kept === null ? [] : [{ order, kept }];
    })
    .sort((a, b) => ((a.kept.view?.orderedAt ?? '') < (b.kept.view?.orderedAt ?? '') ? 1 : -1));
}

/** What is left out stays as it was kept. */
export function keepOrder(
  order: string,
  news: Partial<KeptOrder> & Pick<KeptOrder, 'secret'>,
): void {
  write(ORDER + order, JSON.stringify({ ...keptOrder(order), ...news }));
}

/** A link carries the secret behind its `#`, which no server is told; here it is taken out of the address. */
export function takeSecretFromLink(order: string): void {
  const secret = location.hash.slice(1);
  if (!ORDER_SECRET.test(secret)) return;
  keepOrder(order, { secret });
  history.replaceState(history.state, '', location.pathname);
}

/** Orders of a letter, each with its secret; the address is rid of them at once. */
export function takeOrdersFromLink(): void {
  for (const { order, secret } of readOrderLinks(location.hash)) keepOrder(order, { secret });
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname);
}

function storedNames(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? inMemory.get(name) ?? null;
  } catch {
    return inMemory.get(name) ?? null;
  }
}

function write(name: string, value: string | null): void {
  if (value === null) inMemory.delete(name);
  else inMemory.set(name, value);
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // It holds until the page is left.
  }
}
