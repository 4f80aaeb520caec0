// What staff see of what was sold.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { id } from '#protocol/primitives.ts';
import { saleBooks } from '#protocol/sales.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { booksOf } from './sale-books.ts';
import type { Sales } from './sales.ts';

export function addBooksRoutes(app: FastifyInstance, context: ServerContext, sales: Sales): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/sale/books',
    rule: { allow: 'sales.read' },
    priority: 'bulk',
    summary: 'What was sold, what every account came to, and whatever cannot be and is',
    tag: 'sales',
    params: z.object({ id }),
    answer: saleBooks,
    handle: async ({ params }) => {
      const event = await eventOr404(context.pool, params.id);
      return await booksOf(sales.pool, event, context.now());
    },
  });
}
