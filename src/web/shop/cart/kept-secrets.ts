// What this browser keeps: the secret of its cart, its hold of each match, and orders with their secrets and the last
// look at them, so that a ticket that was opened once is there without any network.
import { ORDER_SECRET } from '#protocol/shop-addresses.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { newSecret } from '../ask-shop.ts';

const CART = 'kaimen.shop.cart';
const HOLD = 'kaimen.shop.hold.';
const ORDER = 'kaimen.shop.order.';

export type KeptOrder = { readonly secret: string; readonly view: OrderView | null };

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
  return text === null ? null : (JSON.parse(text) as KeptOrder);
}

export function keepOrder(order: string, kept: KeptOrder): void {
  write(ORDER + order, JSON.stringify(kept));
}

/** A link carries the secret behind its `#`, which no server is told; here it is taken out of the address. */
export function takeSecretFromLink(order: string): void {
  const secret = location.hash.slice(1);
  if (!ORDER_SECRET.test(secret)) return;
  keepOrder(order, { secret, view: keptOrder(order)?.view ?? null });
  history.replaceState(history.state, '', location.pathname);
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
