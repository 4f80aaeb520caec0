// What the link of an order puts into a calendar and into Apple Wallet.
import type { FastifyInstance } from 'fastify';
import { orderParams, orderTicketParams } from '#protocol/shop-addresses.ts';
import type { WalletConfig } from '#server/outbox/wallet-config.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { shownOrderSecret } from '#server/sales/secrets.ts';
import { orderCalendar } from './order-calendar.ts';
import type { PaperDeps } from './order-paper-routes.ts';
import { orderPapers } from './order-papers.ts';
import { passSignedApart } from './sign-apart.ts';

const ORDER = '/api/v1/shop/orders/:id';
const TAG = 'shop';

export function addOrderLinkRoutes(app: FastifyInstance, deps: PaperDeps): void {
  const { context, sales, publicUrl, wallet } = deps;
  addRoute(app, {
    method: 'GET',
    url: `${ORDER}/calendar.ics`,
    rule: { allow: 'public' },
    summary:
      'The match for a calendar, with seats and the way in, and without anything that opens a gate',
    tag: TAG,
    params: orderParams,
    answerType: 'text/calendar',
    handle: async ({ params, request, reply }) => {
      const papers = await orderPapers(context, sales, params.id, shownOrderSecret(request));
      if (papers.tickets.length === 0) throw nothingBought();
      const { text, method } = await orderCalendar(context, papers, publicUrl);
      return reply
        .type(`text/calendar; charset=utf-8; method=${method}`)
        .header('content-disposition', `attachment; filename="${params.id}.ics"`)
        .header('cache-control', 'no-store')
        .send(Buffer.from(text));
    },
  });
  addRoute(app, {
    method: 'GET',
    url: `${ORDER}/tickets/:line/wallet.pkpass`,
    rule: { allow: 'public' },
    priority: 'bulk',
    summary: 'A ticket of an order for Apple Wallet',
    tag: TAG,
    params: orderTicketParams,
    answerType: 'application/vnd.apple.pkpass',
    handle: async ({ params, request, reply }) => {
      const papers = await orderPapers(context, sales, params.id, shownOrderSecret(request));
      const ticket = papers.tickets.find(({ line }) => line === params.line);
      if (ticket === undefined) throw noSuchTicket();
      if (!canSign(wallet, context.now())) throw noWallet();
      const { face, advice, isLive } = ticket;
      const pass = await passSignedApart(
        { eventId: papers.event.ground.event.id, face, route: advice.words, isVoid: !isLive },
        wallet,
      );
      return reply
        .type('application/vnd.apple.pkpass')
        .header('content-disposition', `attachment; filename="${face.ref}.pkpass"`)
        .header('cache-control', 'no-store')
        .send(pass);
    },
  });
}

/** Wallets refuse what was signed by a certificate that has ended. */
export function canSign(wallet: WalletConfig | null, now: number): wallet is WalletConfig {
  return wallet !== null && now < wallet.expiresAt;
}

function nothingBought(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'this order has no tickets',
    mend: 'pay for it first: then it is in the calendar',
  });
}

function noSuchTicket(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'this order has no such ticket',
    mend: 'use a line of the order whose ticket was issued',
  });
}

function noWallet(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'this club signs no tickets for Apple Wallet, or its certificate has ended',
    mend: 'print the ticket or show it on the page: the code is the same; the club names its certificate in the file that “serve --outbox” is given',
  });
}
