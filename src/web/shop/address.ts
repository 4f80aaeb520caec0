// Where in the shop the buyer is: the address says it, so that going back, a bookmark and a link all work.
import { useSyncExternalStore } from 'react';
import { orderPage } from '#protocol/shop-addresses.ts';

export type Place =
  | { readonly at: 'matches' }
  | { readonly at: 'match'; readonly event: string }
  | { readonly at: 'seats'; readonly event: string }
  | { readonly at: 'cart'; readonly event: string; readonly hold: string }
  | { readonly at: 'orders' }
  | { readonly at: 'order'; readonly order: string }
  | { readonly at: 'ticket'; readonly order: string; readonly line: string }
  | { readonly at: 'give-back'; readonly order: string };

export const placeAddress = {
  matches: () => '/shop/',
  match: (event: string) => `/shop/e/${encodeURIComponent(event)}`,
  seats: (event: string) => `/shop/e/${encodeURIComponent(event)}/seats`,
  cart: (event: string, hold: string) => `/shop/e/${encodeURIComponent(event)}/cart/${hold}`,
  orders: () => '/shop/orders',
  order: orderPage,
  ticket: (order: string, line: string) =>
    `/shop/order/${order}/ticket/${encodeURIComponent(line)}`,
  giveBack: (order: string) => `/shop/order/${order}/give-back`,
} as const;

export function placeOf(pathname: string): Place {
  const [, , area, id = '', step, hold = ''] = pathname.split('/').map(decoded);
  if (area === 'order' && id !== '') return placeOfOrder(id, step, hold);
  if (area === 'orders') return { at: 'orders' };
  if (area !== 'e' || id === '') return { at: 'matches' };
  if (step === 'seats') return { at: 'seats', event: id };
  if (step === 'cart' && hold !== '') return { at: 'cart', event: id, hold };
  return { at: 'match', event: id };
}

function placeOfOrder(order: string, step: string | undefined, line: string): Place {
  if (step === 'ticket' && line !== '') return { at: 'ticket', order, line };
  return step === 'give-back' ? { at: 'give-back', order } : { at: 'order', order };
}

export function goTo(address: string): void {
  history.pushState(null, '', address);
  scrollTo(0, 0);
  for (const moved of watchers) moved();
}

export function useAddress(): string {
  return useSyncExternalStore(watch, () => location.pathname);
}

const watchers = new Set<() => void>();

function watch(moved: () => void): () => void {
  watchers.add(moved);
  addEventListener('popstate', moved);
  return () => {
    watchers.delete(moved);
    removeEventListener('popstate', moved);
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
