// Starts what takes payments, by the ways that DIR/payments has; without any the routes say so.
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { configuredProviders, publicUrlOf } from './payments/configured.ts';
import { postMoney } from './payments/money-jobs.ts';
import { Payments } from './payments/payments.ts';
import { addShopPaymentRoutes } from './payments/shop-payment-routes.ts';
import { addStaffPaymentRoutes } from './payments/staff-routes.ts';
import { addWebhookRoutes } from './payments/webhook-routes.ts';
import { creditOf } from './sales/member-credit.ts';
import type { Sales } from './sales/sales.ts';
import type { ServerContext } from './server-context.ts';

/** @throws UsageError naming the file that is not whole */
export async function runPayments(
  app: FastifyInstance,
  { pool, log, node, now }: ServerContext,
  sales: Sales,
  dataDir: string,
): Promise<Payments> {
  const directory = path.join(dataDir, 'payments');
  const publicUrl = publicUrlOf(directory) ?? (() => ownUrl(app));
  const configured = await configuredProviders(directory, publicUrl);
  const payments = new Payments({
    pool,
    log,
    orders: {
      payable: (order, secret) => sales.payable(order, secret),
      withStock: (event, work) => sales.withStock(event, work),
      applyPaymentFacts: (client, event, facts) => sales.applyPaymentFacts(client, event, facts),
      creditOf,
    },
    providers: configured.providers,
    publicUrl,
    nowMs: now,
  });
  sales.onMoney(async (client, _event, money) => {
    await postMoney(
      client,
      money.map(({ effect }) => effect),
    );
  });
  addShopPaymentRoutes(app, payments);
  addStaffPaymentRoutes(app, payments, node);
  await addWebhookRoutes(app, payments);
  payments.start();
  app.addHook('onClose', async () => {
    await payments.stop();
    await configured.stop();
  });
  return payments;
}

/** Where a browser on this machine reaches it: nobody has said where others do. */
function ownUrl(app: FastifyInstance): string {
  const address = app.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return `${app.initialConfig.https === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}
