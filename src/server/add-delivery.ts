// What buyers and staff are given and told: papers, changes of matches, risks of entries; addresses, and the workers
// behind them.
import type { FastifyInstance } from 'fastify';
import { addApproachRoutes } from './delivery/approaches.ts';
import { ChangeWorker } from './delivery/change-worker.ts';
import { addEventChangeRoutes } from './delivery/event-change-routes.ts';
import { matchOf } from './delivery/match-of.ts';
import { addOrderLinkRoutes } from './delivery/order-link-routes.ts';
import { addOrderPaperRoutes, type PaperDeps } from './delivery/order-paper-routes.ts';
import { addOrderLinksRoute } from './delivery/send-order-links.ts';
import { runRiskLists } from './monitoring/risk-worker.ts';
import type { ServeConfig } from './platform/config.ts';
import type { ServerContext } from './server-context.ts';
import { eventByNumber } from './venue/find-event.ts';

export function addDelivery(
  app: FastifyInstance,
  config: ServeConfig,
  context: ServerContext,
  bulk: ServerContext,
  paper: Omit<PaperDeps, 'context'>,
): void {
  addApproachRoutes(app, context);
  addEventChangeRoutes(app, context);
  addOrderPaperRoutes(app, { context: bulk, ...paper });
  addOrderLinkRoutes(app, { context: bulk, ...paper });
  addOrderLinksRoute(app, context);
  // Orders are the hub's.
  if (config.role === 'edge') return;
  runRiskLists(app, context);
  const { pool, masterKey, now, log, stopping } = context;
  const deps = {
    sales: paper.sales,
    masterKey,
    now,
    matchOf: async (event: number) => matchOf((await eventByNumber(pool, event)).file),
  };
  const worker = new ChangeWorker(pool, deps, log);
  worker.start();
  app.addHook('onClose', () => worker.stop());
  stopping.addEventListener('abort', () => void worker.stop());
}
