// Buyers give back what they bought, after they were told what it brings.
import type { FastifyInstance } from 'fastify';
import type { RefundQuote } from '#domain/refunds/quote-refund.ts';
import { sumOf } from '#domain/sales/money.ts';
import { orderParams, SHOP } from '#protocol/shop-addresses.ts';
import {
  type CancelQuote,
  cancelOrderRequest,
  cancelQuote,
  cancelRequest,
} from '#protocol/shop-orders.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { type GiveBackRefused, giveBack, quoteGiveBack } from './give-back.ts';
import { loadOrders, type StoredOrder } from './order-store.ts';
import { noSuchOrder, type Sales } from './sales.ts';
import { shownOrderSecret } from './secrets.ts';

const ROUTE = {
  method: 'POST',
  rule: { allow: 'public' },
  priority: 'shop',
  tag: 'shop',
  params: orderParams,
  answer: cancelQuote,
} as const;

export function addGiveBackRoutes(
  app: FastifyInstance,
  context: ServerContext,
  sales: Sales,
): void {
  const shown = async (id: string, secret: string): Promise<StoredOrder> => {
    const [stored] = await loadOrders(sales.pool, [id]);
    if (stored === undefined || !sales.mayRead(id, secret)) throw noSuchOrder();
    return stored;
  };

  addRoute(app, {
    ...ROUTE,
    url: `${SHOP}/orders/:id/cancel-quote`,
    summary: 'What would come back now, line by line, by the policy of the day of purchase',
    body: cancelRequest,
    handle: async ({ params, body, request }) => {
      const stored = await shown(params.id, shownOrderSecret(request));
      const { sale } = await sales.line(stored.event).look();
      const now = context.now();
      return viewOf(await quoteGiveBack(sales.pool, sale.list, stored, body.lines, now), stored);
    },
  });

  addRoute(app, {
    ...ROUTE,
    url: `${SHOP}/orders/:id/cancel`,
    summary:
      'Give it back, if it still brings what was quoted; tickets, seats and money in one step',
    body: cancelOrderRequest,
    handle: async ({ params, body, request }) => {
      const stored = await shown(params.id, shownOrderSecret(request));
      const line = sales.line(stored.event);
      const { lines, refundMinor } = body;
      const back = await line.withStock((turn) => giveBack(turn, params.id, lines, refundMinor));
      return viewOf(back, stored);
    },
  });
}

function viewOf(back: RefundQuote | GiveBackRefused, { quote }: StoredOrder): CancelQuote {
  if ('reason' in back) {
    throw new HttpProblem('conflict', {
      detail: `it is not taken back: ${back.reason}${back.about === null ? '' : ` (${back.about})`}`,
      mend: 'ask for a quote of what may still be given back',
      more: { why: back.reason },
    });
  }
  const tier = `${back.keptPerMille / 10} %`;
  return {
    currency: quote.currency,
    lines: back.lines.map(({ id, paidMinor, backMinor, parts }) => ({
      line: id,
      paidMinor,
      keptMinor: sumOf(parts, ({ keptMinor }) => keptMinor),
      refundMinor: backMinor,
      tier,
    })),
    refundMinor: back.totalMinor,
    validUntil: iso(back.validUntil),
  };
}
