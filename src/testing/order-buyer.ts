// A buyer in the real shop, over HTTP, from the hold to the money in a sandbox.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { HoldView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { OrderCreated, OrderView, PaymentStarted } from '#protocol/shop-orders.ts';
import type { SandboxServer } from '#server/payments/sandbox/bank-server.ts';
import type { HttpNode } from './http-node.ts';
import { press } from './payments-node.ts';

const WAIT_MAX_MS = 15_000;

export type ShopAt = { readonly node: HttpNode; readonly sandbox: SandboxServer };

export class ShopBuyer {
  readonly #at: ShopAt;
  readonly #cart = `cart-${randomUUID()}`;
  readonly #email: string;

  constructor(at: ShopAt, email = `${randomUUID()}@example.org`) {
    this.#at = at;
    this.#email = email;
  }

  get headers() {
    return { 'kaimen-cart': this.#cart, 'idempotency-key': `"${randomUUID()}"` };
  }

  async hold(count: number): Promise<HoldView> {
    const body = { best: { types: [{ type: 'adult', count }] } };
    return await this.#at.node.ask<HoldView>(shopPaths.holds('derby'), {
      body,
      headers: this.headers,
    });
  }

  wish(hold: HoldView, more: object = {}) {
    const of = { hold: hold.id, totalMinor: hold.quote?.totalMinor ?? 0, locale: 'en' };
    const buyer = { name: 'Fang Wang', email: this.#email };
    return { body: { ...of, buyer, ...more }, headers: this.headers };
  }

  async order(hold: HoldView, more: object = {}): Promise<OrderCreated> {
    return await this.#at.node.ask<OrderCreated>(shopPaths.orders(), this.wish(hold, more));
  }

  async buys(count: number, more: object = {}): Promise<OrderCreated> {
    return await paid(this.#at, await this.order(await this.hold(count), more));
  }
}

/** Pays in the sandbox, and waits for its tickets. */
export async function paid(at: ShopAt, order: OrderCreated): Promise<OrderCreated> {
  const begun = await at.node.ask<PaymentStarted>(shopPaths.payments(order.id), {
    body: { provider: 'sandbox', returnPath: '/shop/order' },
    headers: { 'kaimen-order': order.secret, 'idempotency-key': `"${randomUUID()}"` },
  });
  await press(begun.next.kind === 'redirect' ? begun.next.url : '', 'pay');
  await until(at, order, ({ state }) => state === 'issued');
  return order;
}

export async function seen({ node }: ShopAt, { id, secret }: OrderCreated): Promise<OrderView> {
  return await node.ask<OrderView>(shopPaths.order(id), { headers: { 'kaimen-order': secret } });
}

export async function until(
  at: ShopAt,
  order: OrderCreated,
  isSo: (view: OrderView) => boolean,
): Promise<OrderView> {
  const end = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const view = await seen(at, order);
    if (isSo(view)) return view;
    assert.ok(Date.now() < end, JSON.stringify(view));
    await pause(30);
  }
}

/** What the provider took for an order, and what of it it gave back. */
export function atBank(
  { sandbox }: ShopAt,
  order: OrderView,
): { captured: number; refunded: number } {
  const charges = order.payments.flatMap(({ id }) => sandbox.bank.find(id)?.charges ?? []);
  const captured = charges.filter(({ state }) => state === 'captured');
  return {
    captured: captured.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    refunded: captured.reduce((sum, { refundedMinor }) => sum + refundedMinor, 0),
  };
}
