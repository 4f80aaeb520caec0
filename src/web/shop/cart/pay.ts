// From the hold to the provider's page. Order and payment are named by keys that follow from hold and attempt: a
// second press, a lost answer or a reload never orders or pays twice.
import type { HoldView, QuoteView, SaleView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type {
  OrderCreated,
  OrderRequest,
  OrderView,
  PaymentStarted,
} from '#protocol/shop-orders.ts';
import { goTo, placeAddress } from '../address.ts';
import { askShop } from '../ask-shop.ts';
import { cartSecret, keepHold, keepOrder } from './kept-secrets.ts';

export type Purchase = {
  readonly sale: SaleView;
  readonly hold: HoldView;
  readonly types: ReadonlyMap<string, string>;
  readonly vouchers: readonly string[];
  readonly quote: QuoteView;
  readonly buyer: OrderRequest['buyer'];
  readonly holders: OrderRequest['holders'];
  readonly locale: OrderRequest['locale'];
  readonly provider: string;
};

/** Leaves the page: for the provider's, or for the order's. @throws ShopError while nothing is ordered */
export async function orderAndPay(purchase: Purchase): Promise<void> {
  const { sale, hold, types, vouchers, quote, buyer, holders, locale, provider } = purchase;
  const body: OrderRequest = {
    hold: hold.id,
    types: [...types].map(([line, type]) => ({ line, type })),
    vouchers: [...vouchers],
    totalMinor: quote.totalMinor,
    buyer,
    holders,
    locale,
  };
  const path = shopPaths.orders();
  const made = await askShop<OrderCreated>(path, {
    body,
    cart: cartSecret(),
    key: `order-${hold.id}`,
  });
  const { secret, ...view } = made;
  keepOrder(made.id, { secret, view });
  keepHold(sale.id, null);
  // The order's page also begins a payment: it takes over whatever happens from here.
  const next = await beginPayment(view, secret, provider).catch(() => null);
  if (next?.kind === 'redirect') location.assign(next.url);
  else goTo(placeAddress.order(made.id));
}

/**
 * Whoever comes back without having paid goes on with the payment that is open; one that failed is followed by
 * another.
 *
 * @throws ShopError
 */
export async function beginPayment(
  order: OrderView,
  secret: string,
  provider: string,
): Promise<PaymentStarted['next']> {
  const started = await askShop<PaymentStarted>(shopPaths.payments(order.id), {
    body: { provider, returnPath: placeAddress.order(order.id) },
    order: secret,
    key: `pay-${order.id}-${order.payments.filter(hasEnded).length}-${provider}`,
  });
  return started.next;
}

function hasEnded({ state }: OrderView['payments'][number]): boolean {
  return state === 'failed' || state === 'voided' || state === 'voiding';
}
