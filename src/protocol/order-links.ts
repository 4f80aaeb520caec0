// Links of orders asked for again: a letter to the address that they were made with brings them all in one link,
// whose fragment, which no server is told, names each order with its secret.
import { z } from 'zod';
import { ORDER_SECRET, orderParams } from './shop-addresses.ts';

export const ORDER_LINKS_MAX = 20;

export const orderLinksRequest = z.strictObject({
  email: z.email().max(254),
  locale: z.enum(['zh-CN', 'en']),
});

/** The same, and after the same time, whether there are any or not. */
export const orderLinksAsked = z.object({ asked: z.literal(true) });

export type OrderLink = { readonly order: string; readonly secret: string };

export function orderLinksPath(links: readonly OrderLink[]): string {
  return `/shop/orders#${links.map(({ order, secret }) => `${order}.${secret}`).join('~')}`;
}

/** @param fragment - with or without its “#”; what is no link in it is left out */
export function readOrderLinks(fragment: string): OrderLink[] {
  return fragment
    .replace(/^#/, '')
    .split('~')
    .slice(0, ORDER_LINKS_MAX)
    .flatMap((link) => {
      const [order = '', secret = ''] = link.split('.');
      const isLink = orderParams.safeParse({ id: order }).success && ORDER_SECRET.test(secret);
      return isLink ? [{ order, secret }] : [];
    });
}
