// Links of orders asked for again by whoever made them: one letter to the address that they gave. Who asks is told
// the same whether there are any or not, and may not ask often.
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { PoolClient } from 'pg';
import { MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import {
  ORDER_LINKS_MAX,
  orderLinksAsked,
  orderLinksPath,
  orderLinksRequest,
} from '#protocol/order-links.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { tell } from '#server/outbox/outbox.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { orderSecret, personOf } from '#server/sales/secrets.ts';
import type { ServerContext } from '#server/server-context.ts';

/** One letter to an address in so long, whichever node is asked how often. */
const LETTER_EVERY_MS = 15 * MINUTE_MS;
const USEFUL_FOR_MS = 24 * 60 * MINUTE_MS;
/** Longer than a letter takes to be written down, so that the time tells nothing. */
const ANSWER_AFTER_MS = 400;

export function addOrderLinksRoute(app: FastifyInstance, context: ServerContext): void {
  const pace = new AddressPace();
  addRoute(app, {
    method: 'POST',
    url: shopPaths.orderLinks(),
    rule: { allow: 'public' },
    priority: 'shop',
    summary: 'Have the links of the orders of an address sent to it',
    tag: 'shop',
    body: orderLinksRequest,
    answer: orderLinksAsked,
    handle: async ({ body, request }) => {
      pace.spend(request.ip);
      const { pool } = context;
      const writing = inTransaction(pool, (client) => writeLetter(client, context, body));
      await Promise.all([writing, pause(ANSWER_AFTER_MS)]);
      return { asked: true } as const;
    },
  });
}

type Found = { readonly id: string; readonly email: string; readonly name: string | null };

async function writeLetter(
  client: PoolClient,
  { masterKey, now }: ServerContext,
  { email, locale }: { readonly email: string; readonly locale: 'zh-CN' | 'en' },
): Promise<void> {
  const { rows } = await client.query<Found>(
    `SELECT o.id, p.email, p.name FROM order_people p JOIN orders o ON o.id = p.order_id
     WHERE lower(p.email) = lower($1) AND p.line = '' AND o.state NOT IN ('expired', 'voided')
     ORDER BY o.ordered_at DESC, o.id LIMIT $2`,
    [email, ORDER_LINKS_MAX],
  );
  const [latest] = rows;
  if (latest === undefined) return;
  const at = now();
  const path = orderLinksPath(
    rows.map(({ id }) => ({ order: id, secret: orderSecret(masterKey, id) })),
  );
  const turn = Math.floor(at / LETTER_EVERY_MS);
  await tell(client, { masterKey, at }, [
    {
      occasionKey: `order-links/${personOf(masterKey, email)}/${turn}`,
      channel: 'mail',
      occasion: { template: 'order-links', facts: { orders: rows.length } },
      language: locale,
      // As it was given with the order: letters that look alike lead nowhere else.
      addressee: { address: latest.email, name: latest.name, path },
      event: null,
      orderRef: null,
      usefulUntil: plusMs(at, USEFUL_FOR_MS),
    },
  ]);
}

const AT_ONCE_MAX = 5;
const AGAIN_AFTER_MS = 20_000;
const CALLERS_MAX = 50_000;

/** How often one caller may ask, for one address or for many. */
class AddressPace {
  readonly #callers = new Map<string, { left: number; at: number }>();

  /** @throws HttpProblem `too-many-requests` */
  spend(caller: string, now = performance.now()): void {
    const known = this.#callers.get(caller) ?? { left: AT_ONCE_MAX, at: now };
    const left = Math.min(AT_ONCE_MAX, known.left + (now - known.at) / AGAIN_AFTER_MS);
    // Whoever asked longest ago is forgotten first.
    this.#callers.delete(caller);
    this.#callers.set(caller, { left: Math.max(0, left - 1), at: now });
    const [oldest] = this.#callers.keys();
    if (this.#callers.size > CALLERS_MAX && oldest !== undefined) this.#callers.delete(oldest);
    if (left >= 1) return;
    throw new HttpProblem('too-many-requests', {
      detail: 'links were asked for often just now',
      mend: 'wait a little, and look among the letters that came',
      retryAfterSeconds: AGAIN_AFTER_MS / 1_000,
    });
  }
}
