// A thousand people with a browser each, as the shop sees them: they hold, order, pay, look how it stands, and
// ask again under the same key whenever nobody answers.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { HoldView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type { OrderCreated, OrderView, PaymentStarted } from '#protocol/shop-orders.ts';

const ASK_WITHIN_MS = 30_000;
/** A buyer who is not told of a result by then goes back and pays again. */
const PATIENCE_MS = 20_000;
const LOOK_MS = { first: 1_500, last: 8_000 } as const;

export type OnSale = {
  readonly event: string;
  /** Of one of the servers, perhaps just killed. */
  readonly server: () => string;
  /** Nothing is left. */
  readonly isSold: () => Promise<boolean>;
  /** Told to go home. */
  readonly until: number;
  readonly told: Told;
};

export type Told = {
  holds: number;
  orders: number;
  paid: number;
  lapsed: number;
  soldOut: number;
  askedAgain: number;
};

export function nothingTold(): Told {
  return { holds: 0, orders: 0, paid: 0, lapsed: 0, soldOut: 0, askedAgain: 0 };
}

/** Buys until nothing is left, in groups that shrink as seats run out. */
export async function buyAll(sale: OnSale, index: number, groupSize: number): Promise<void> {
  const buyer = new Buyer(sale, `buyer-${index}-${randomUUID()}`);
  let group = groupSize;
  while (Date.now() < sale.until) {
    const held = await buyer.hold(group);
    if (held !== null) await buyer.buy(held);
    else {
      sale.told.soldOut += 1;
      if (group === 1 && (await sale.isSold())) return;
      group = Math.max(1, Math.floor(group / 2));
      // What others do not pay for comes back.
      await pause(1_000 + Math.random() * 4_000);
    }
  }
}

type Answer<T> = { readonly status: number; readonly body: T };

class Buyer {
  readonly #sale: OnSale;
  readonly #cart: string;

  constructor(sale: OnSale, cart: string) {
    this.#sale = sale;
    this.#cart = cart;
  }

  async hold(count: number): Promise<HoldView | null> {
    const { event, told } = this.#sale;
    const body = { best: { types: [{ type: 'adult', count }] } };
    const { status, body: hold } = await this.#ask<HoldView>('POST', shopPaths.holds(event), {
      body,
    });
    if (status !== 200) return null;
    told.holds += 1;
    return hold;
  }

  async buy(hold: HoldView): Promise<void> {
    const { told, until } = this.#sale;
    const body = {
      hold: hold.id,
      totalMinor: hold.quote?.totalMinor ?? 0,
      buyer: { name: '王芳', email: `${this.#cart}@example.org` },
      locale: 'zh-CN',
    };
    const made = await this.#ask<OrderCreated>('POST', shopPaths.orders(), { body });
    if (made.status !== 200) return;
    told.orders += 1;
    const { id, secret } = made.body;
    while (Date.now() < until) {
      await this.#pay(id, secret);
      const state = await this.#settled(id, secret);
      if (state === 'issued') told.paid += 1;
      else if (state !== 'ordered') told.lapsed += 1;
      if (state !== 'ordered') return;
    }
  }

  async #pay(id: string, secret: string): Promise<void> {
    const body = { provider: 'sandbox', returnPath: '/shop/order' };
    const begun = await this.#ask<PaymentStarted>('POST', shopPaths.payments(id), { body, secret });
    if (begun.status !== 200 || begun.body.next.kind !== 'redirect') return;
    // The provider's page itself may be cut off: whoever paid or not is found out by the order.
    await send(begun.body.next.url, 'POST', FORM, 'outcome=pay').catch(() => {});
  }

  /** @returns how the order stands once it is decided, or after a buyer's patience */
  async #settled(id: string, secret: string): Promise<string> {
    const startedAt = Date.now();
    for (let waitMs: number = LOOK_MS.first; ; waitMs = Math.min(waitMs * 1.5, LOOK_MS.last)) {
      await pause(waitMs * (0.75 + Math.random() / 2));
      const { body } = await this.#ask<OrderView>('GET', shopPaths.order(id), { secret });
      const isPatient = body.state === 'paying' || Date.now() - startedAt < PATIENCE_MS;
      if (!(isPatient && ['ordered', 'paying'].includes(body.state))) return body.state;
    }
  }

  /** Until somebody answers: whichever server is there, under the same key. */
  async #ask<T>(
    method: string,
    address: string,
    { body, secret }: { readonly body?: unknown; readonly secret?: string } = {},
  ): Promise<Answer<T>> {
    const key = `"${randomUUID()}"`;
    for (;;) {
      let againMs = 500;
      try {
        const answer = await send(
          `${this.#sale.server()}${address}`,
          method,
          {
            'kaimen-cart': this.#cart,
            'idempotency-key': key,
            ...(secret === undefined ? {} : { 'kaimen-order': secret }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body === undefined ? '' : JSON.stringify(body),
        );
        const isAgain = answer.status >= 500 || answer.status === 429;
        if (!isAgain) return { status: answer.status, body: JSON.parse(answer.text) as T };
        againMs = answer.retryAfterMs;
      } catch {
        // Killed under it, perhaps after it was done: the same key finds out.
      }
      this.#sale.told.askedAgain += 1;
      await pause(againMs * (0.75 + Math.random() / 2));
    }
  }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** As many connections as there are buyers. */
const agent = new http.Agent({ keepAlive: true });

/** Lighter than `fetch`: the buyers share the machine with what they measure. */
async function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly status: number; readonly text: string; readonly retryAfterMs: number }> {
  const signal = AbortSignal.timeout(ASK_WITHIN_MS);
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const request = http.request(url, {
      method,
      agent,
      signal,
      headers: { ...headers, ...length },
    });
    request.once('response', resolve).once('error', reject).end(body);
  });
  const { statusCode: status = 0, headers: told } = answer;
  const retryAfterMs = Number(told['retry-after'] ?? 1) * 1_000;
  return { status, text: await text(answer), retryAfterMs };
}
