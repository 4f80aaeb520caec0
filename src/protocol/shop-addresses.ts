// Addresses and secrets of the shop, under `/api/v1/shop`: what buyers may ask without an account. A cart is a
// secret that the buyer's browser makes up, in the header `Kaimen-Cart`; an order has a secret of its own, in
// `Kaimen-Order`. Neither ever stands in an address.
import { z } from 'zod';
import { id, words } from './primitives.ts';

export const SHOP = '/api/v1/shop';

/** Made by the browser with its cryptographic chance: 130 bits at least. */
export const CART_HEADER = 'kaimen-cart';
export const CART_SECRET = /^[A-Za-z0-9_-]{26,64}$/;
/** Given with the order; in a link it stands in the fragment, which no server is told. */
export const ORDER_HEADER = 'kaimen-order';
export const ORDER_SECRET = /^[a-z2-7]{26}$/;

/** Addresses as `fetch` takes them. */
export const shopPaths = {
  events: () => `${SHOP}/events`,
  event: (event: string) => `${SHOP}/events/${encodeURIComponent(event)}`,
  layout: (event: string, version: number) =>
    `${SHOP}/events/${encodeURIComponent(event)}/layout?version=${version}`,
  availability: (event: string, since?: number) =>
    `${SHOP}/events/${encodeURIComponent(event)}/availability${since === undefined ? '' : `?since=${since}`}`,
  /** Server-sent events `delta` and `reload`, by EventSource. */
  live: (event: string) => `${SHOP}/events/${encodeURIComponent(event)}/availability/live`,
  holds: (event: string) => `${SHOP}/events/${encodeURIComponent(event)}/holds`,
  hold: (hold: string) => `${SHOP}/holds/${hold}`,
  extend: (hold: string) => `${SHOP}/holds/${hold}/extend`,
  quote: (hold: string) => `${SHOP}/holds/${hold}/quote`,
  orders: () => `${SHOP}/orders`,
  order: (order: string) => `${SHOP}/orders/${order}`,
  payments: (order: string) => `${SHOP}/orders/${order}/payments`,
  calendar: (order: string) => `${SHOP}/orders/${order}/calendar.ics`,
  /** Of one ticket, by its line in the order. */
  walletPass: (order: string, line: string) =>
    `${SHOP}/orders/${order}/tickets/${encodeURIComponent(line)}/wallet.pkpass`,
  /** Says that tickets of the order will come as this offer wants it. */
  pledge: (order: string, offer: string) =>
    `${SHOP}/orders/${order}/arrivals/${encodeURIComponent(offer)}`,
  cancelQuote: (order: string) => `${SHOP}/orders/${order}/cancel-quote`,
  cancel: (order: string) => `${SHOP}/orders/${order}/cancel`,
  /** A letter with the links of all orders of an address. */
  orderLinks: () => `${SHOP}/order-links`,
  /** Of whoever shows the order's secret. */
  advice: (order: string) => `${SHOP}/orders/${order}/advice`,
  paper: (order: string, paper: 'tickets.pdf' | 'receipt.pdf') =>
    `${SHOP}/orders/${order}/${paper}`,
} as const;

/** Where people read their order; its secret follows in the fragment, which no server is told. */
export function orderPage(order: string): string {
  return `/shop/order/${order}`;
}

export const holdId = z.string().regex(/^h-[a-z2-7]{16}$/, 'use the id of a hold');
const orderId = z.string().regex(/^k-[a-z2-7]{12}$/, 'use the id of an order');
export const eventParams = z.strictObject({ id });
export const holdParams = z.strictObject({ id: holdId });
export const orderParams = z.strictObject({ id: orderId });
export const orderTicketParams = z.strictObject({ id: orderId, line: words(20).min(1) });
