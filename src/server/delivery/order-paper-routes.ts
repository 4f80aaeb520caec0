// Papers of an order, for whoever has its link: the secret comes in a header and never stands in an address.
import type { FastifyInstance } from 'fastify';
import { nameOfSeat } from '#domain/seating/seat-table.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import { type OrderAdvice, orderAdvice } from '#protocol/order-papers.ts';
import { orderParams } from '#protocol/shop-addresses.ts';
import type { WalletConfig } from '#server/outbox/wallet-config.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { loadLines } from '#server/sales/order-store.ts';
import type { Sales } from '#server/sales/sales.ts';
import { shownOrderSecret } from '#server/sales/secrets.ts';
import type { ServerContext } from '#server/server-context.ts';
import { knownSale } from './known-sale.ts';
import { canSign } from './order-link-routes.ts';
import { type OrderPapers, orderPapers } from './order-papers.ts';
import { issueReceipt, type SaleNames, type Seller } from './receipts.ts';

export type PaperDeps = {
  readonly context: ServerContext;
  readonly sales: Sales;
  /** Who sells; null: nobody has said, and there are no receipts. */
  readonly seller: Seller | null;
  /** Where buyers find the shop; null: nobody has said. */
  readonly publicUrl: string | null;
  readonly wallet: WalletConfig | null;
};

const ORDER = '/api/v1/shop/orders/:id';
const TAG = 'shop';

export function addOrderPaperRoutes(app: FastifyInstance, deps: PaperDeps): void {
  const { context, sales } = deps;
  addRoute(app, {
    method: 'GET',
    url: `${ORDER}/advice`,
    rule: { allow: 'public' },
    summary: 'How holders of these tickets come in: gate, way, and by when',
    tag: TAG,
    params: orderParams,
    answer: orderAdvice,
    handle: async ({ params, request }) => {
      const papers = await orderPapers(context, sales, params.id, shownOrderSecret(request));
      const live = papers.tickets.filter(({ isLive }) => isLive);
      return { tickets: live.map(adviceOf), papers: papersThere(deps, papers, live.length) };
    },
  });
  addRoute(app, {
    method: 'GET',
    url: `${ORDER}/tickets.pdf`,
    rule: { allow: 'public' },
    priority: 'bulk',
    summary: 'The tickets of an order to print, one page each',
    tag: TAG,
    params: orderParams,
    answerType: 'application/pdf',
    handle: async ({ params, request, reply }) => {
      const papers = await orderPapers(context, sales, params.id, shownOrderSecret(request));
      const faces = papers.tickets.filter(({ isLive }) => isLive).map(({ face }) => face);
      if (faces.length === 0) throw nothingToPrint();
      const { ticketPdf } = await import('#server/paper/ticket-pdf.ts');
      const { bytes } = await ticketPdf(faces, { printedAt: context.now() });
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="${params.id}.pdf"`)
        .header('cache-control', 'no-store')
        .send(bytes);
    },
  });
  addReceipt(app, deps);
}

function addReceipt(app: FastifyInstance, { context, sales, seller }: PaperDeps): void {
  addRoute(app, {
    method: 'GET',
    url: `${ORDER}/receipt.pdf`,
    rule: { allow: 'public' },
    priority: 'bulk',
    summary: 'The numbered receipt of an order, with the taxes that are in its prices',
    tag: TAG,
    params: orderParams,
    answerType: 'application/pdf',
    handle: async ({ params, request, reply }) => {
      const papers = await orderPapers(context, sales, params.id, shownOrderSecret(request));
      if (seller === null) throw noSeller();
      if (papers.tickets.length === 0) throw nothingToPrint();
      const { event, stored } = papers;
      const { name, venue } = event.ground.event;
      const names = await saleNames(context, papers);
      const at = context.now();
      const issuing = { stored, names, seller, match: name, timeZone: venue.timeZone, at };
      const receipt = await inTransaction(context.pool, (client) => issueReceipt(client, issuing), {
        isRepeatable: true,
      });
      const { receiptPdf } = await import('#server/paper/receipt-pdf.ts');
      const { bytes } = await receiptPdf(receipt);
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="${receipt.number}.pdf"`)
        .header('cache-control', 'no-store')
        .send(bytes);
    },
  });
}

/** Which of the addresses beside this one answer with a paper. */
function papersThere(
  { context, seller, wallet }: PaperDeps,
  { tickets }: OrderPapers,
  live: number,
): OrderAdvice['papers'] {
  return [
    ...(live > 0 ? (['tickets.pdf'] as const) : []),
    ...(tickets.length > 0 && seller !== null ? (['receipt.pdf'] as const) : []),
    ...(tickets.length > 0 ? (['calendar.ics'] as const) : []),
    ...(live > 0 && canSign(wallet, context.now()) ? (['wallet.pkpass'] as const) : []),
  ];
}

function adviceOf({ line, advice }: OrderPapers['tickets'][number]) {
  return {
    line,
    gate: advice.gate,
    isStepFree: advice.isStepFree,
    arriveBy: iso(advice.arrive.at),
    waitMinutes: advice.arrive.waitMinutes,
    words: advice.words,
  };
}

/** As the sale has them now; a name that it has no more is its id. */
async function saleNames(
  { pool, now }: ServerContext,
  { stored, event }: OrderPapers,
): Promise<SaleNames> {
  const sale = await knownSale(pool, stored.event, now());
  const lines = new Map((await loadLines(pool, [stored.id])).map((row) => [row.line, row]));
  const list = sale?.list;
  const named = (found: { readonly name: Localized } | undefined, id: string) =>
    found?.name ?? { 'zh-CN': id, en: id };
  return {
    type: (id) => named(event.ground.types.get(id as never), id),
    fee: (id) =>
      named(
        list?.fees.find((fee) => fee.id === id),
        id,
      ),
    tax: (id) => list?.taxes.find((tax) => tax.id === id)?.rateBasisPoints ?? 0,
    seat: (line) => {
      const seat = lines.get(line)?.seat ?? null;
      if (sale === null || seat === null) return null;
      const name = nameOfSeat(sale.table, seat);
      return `${name.section}-${name.row}-${name.seat}`;
    },
  };
}

function nothingToPrint(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'this order has no tickets that are good',
    mend: 'pay for it first; tickets that were given back are not printed',
  });
}

function noSeller(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'nobody has said who sells',
    mend: 'have the club name its seller in the file that “serve --outbox” is given',
  });
}
