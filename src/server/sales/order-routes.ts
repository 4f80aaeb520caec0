// Buyers order what they hold, and look at their order.
import type { FastifyInstance } from 'fastify';
import { orderParams, SHOP } from '#protocol/shop-addresses.ts';
import { type OrderRequest, orderCreated, orderRequest, orderView } from '#protocol/shop-orders.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { CartPace } from './buyer-pace.ts';
import { findHold, notHeld, refusedOrder, typesOf } from './find-hold.ts';
import { askToOrder, type OrderAsk, orderWithPapers } from './order-asks.ts';
import { documentsOf, matchOf, namedAsk } from './order-names.ts';
import { loadOrders, orderOfHold, type Person } from './order-store.ts';
import { noSuchOrder, type Sales } from './sales.ts';
import { cartOf, orderSecret, personOf, shownOrderSecret } from './secrets.ts';
import { orderViewOf } from './views.ts';

const ROUTE = { rule: { allow: 'public' }, priority: 'shop', tag: 'shop' } as const;

export function addOrderRoutes(
  app: FastifyInstance,
  context: ServerContext,
  sales: Sales,
  pace: CartPace,
): void {
  const { masterKey } = context;
  addRoute(app, {
    ...ROUTE,
    method: 'POST',
    url: `${SHOP}/orders`,
    summary: 'Order what is held, at the price that was quoted; one hold is one order',
    body: orderRequest,
    answer: orderCreated,
    handle: async ({ body, request }) => {
      const cart = cartOf(request);
      pace.spend(cart);
      const id =
        (await orderHeld(context, sales, body, cart)) ??
        (await orderOfHold(sales.pool, body.hold, cart));
      if (id === null) throw notHeld();
      const view = await viewOf(context, sales, id);
      return { ...view, secret: orderSecret(masterKey, id) };
    },
  });

  addRoute(app, {
    ...ROUTE,
    method: 'GET',
    url: `${SHOP}/orders/:id`,
    summary: 'An order as it stands, with its tickets, for whoever shows its secret',
    params: orderParams,
    answer: orderView,
    handle: async ({ params, request }) => {
      if (!sales.mayRead(params.id, shownOrderSecret(request))) throw noSuchOrder();
      return await viewOf(context, sales, params.id);
    },
  });
}

/** @returns null: the hold is over, and may have become an order before. @throws HttpProblem `conflict` */
async function orderHeld(
  context: ServerContext,
  sales: Sales,
  body: OrderRequest,
  cart: string,
): Promise<string | null> {
  const found = await findHold(sales, body.hold, cart);
  if (found === null) return null;
  const match = await matchOf(context.pool, found.event);
  if (match === null) throw notHeld();
  const { buyer } = body;
  const { sale } = await found.line.look();
  const documents = documentsOf(body, sale);
  const ask: OrderAsk = {
    hold: body.hold,
    cart,
    types: typesOf(body.types),
    totalMinor: body.totalMinor,
    person: personOf(context.masterKey, buyer.phone ?? buyer.email ?? cart),
    people: peopleOf(body),
    locale: body.locale,
    kickOffAt: match.kickOffAt,
    ...(documents.size === 0
      ? {}
      : { named: await namedAsk(context, found.event, match, documents) }),
  };
  const { line } = found;
  const isPlain = body.vouchers.length === 0 && documents.size === 0;
  const made = await (isPlain
    ? line.ask(askToOrder(ask))
    : line.withStock((turn) => orderWithPapers(turn, ask, body.vouchers, context.masterKey)));
  if (made.kind === 'ordered') return made.order;
  if (made.reason === 'not-held') return null;
  throw refusedOrder(made.reason, made.about, made.totalMinor);
}

export async function viewOf(context: ServerContext, sales: Sales, id: string) {
  const [stored] = await loadOrders(sales.pool, [id]);
  if (stored === undefined) throw noSuchOrder();
  const { sale } = await sales.line(stored.event).look();
  const { keyring } = await context.catalogue.get(stored.event);
  return await orderViewOf(sales.pool, sale, keyring.own, stored, context.now());
}

function peopleOf({ buyer, holders }: OrderRequest): Person[] {
  const own = holders.map(({ line, name, phone }) => {
    return { line, name, email: null, phone: phone ?? null };
  });
  const { name, email = null, phone = null } = buyer;
  return [{ line: '', name, email, phone }, ...own];
}
