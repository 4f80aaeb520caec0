// A buyer without a browser: asks the stock of a node as its routes do.
import { randomUUID } from 'node:crypto';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Channel } from '#domain/sales/price-list.ts';
import type { HoldRequest } from '#protocol/shop.ts';
import { askForHold, type HoldMade } from '#server/sales/hold-asks.ts';
import { askToOrder, type OrderMade } from '#server/sales/order-asks.ts';
import type { FactVerdict } from '#server/sales/order-facts.ts';
import type { Sales } from '#server/sales/sales.ts';

export const ADULT_MINOR = 18_000;
const KICK_OFF_IN_MS = 3_600_000;

export function bestOf(count: number): HoldRequest {
  const wish = { wheelchairs: 0, isStepFree: false, acceptsRestricted: false, isAway: false };
  return { best: { types: [{ type: 'adult', count }], ...wish, maySplit: true } };
}

export class SaleBuyer {
  readonly cart: string;
  readonly #sales: Sales;
  readonly #event: number;

  constructor(sales: Sales, event: number, cart: string = randomUUID()) {
    this.cart = cart;
    this.#sales = sales;
    this.#event = event;
  }

  hold(wish: HoldRequest, channel: Channel = 'web'): Promise<HoldMade> {
    const ask = { cart: this.cart, request: randomUUID(), channel, wish };
    return this.#sales.line(this.#event).ask(askForHold(ask));
  }

  order(hold: string, places: number): Promise<OrderMade> {
    return this.#sales.line(this.#event).ask(
      askToOrder({
        hold,
        cart: this.cart,
        types: new Map(),
        totalMinor: places * ADULT_MINOR,
        person: `p-${this.cart}`,
        people: [{ line: '', name: '王芳', email: 'fang@example.org', phone: null }],
        locale: 'zh-CN',
        kickOffAt: (Date.now() + KICK_OFF_IN_MS) as Instant,
      }),
    );
  }

  /** Begun, and then captured: two transactions, as a provider would tell them. */
  async pay(order: string, places: number): Promise<FactVerdict | undefined> {
    const payment = `pay-${order}`;
    const amountMinor = places * ADULT_MINOR;
    const start = { payment, provider: 'sandbox', member: null, askedMinor: amountMinor };
    await this.#tell({ order, fact: { kind: 'payment-started', ...start } });
    const money = { payment, amountMinor, currency: 'CNY', providerRef: `ref-${order}` };
    return await this.#tell({ order, fact: { kind: 'captured', ...money } });
  }

  async #tell(fact: Parameters<Sales['applyPaymentFacts']>[2][number]) {
    const event = this.#event;
    const [verdict] = await this.#sales.withStock(event, (client) =>
      this.#sales.applyPaymentFacts(client, event, [fact]),
    );
    return verdict;
  }
}
