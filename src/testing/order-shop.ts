// A match on sale at a real server, and buyers who order and pay: for what the link of an order gives.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { SaleFileWritten } from '#protocol/sales.ts';
import type { HoldView } from '#protocol/shop.ts';
import type { OrderCreated, OrderRequest } from '#protocol/shop-orders.ts';
import { createCatalogue } from '#server/entry/catalogue.ts';
import { silentLog } from '#server/platform/log.ts';
import { loadMasterKey } from '#server/platform/secret-file.ts';
import { Sales } from '#server/sales/sales.ts';
import type { ServerContext } from '#server/server-context.ts';
import { derbyFile } from './derby.ts';
import { HttpNode } from './http-node.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';
import { saleFileWritten } from './sale.ts';

export const DERBY = '/api/v1/events/derby';
export const SHOP = '/api/v1/shop';
const SEATS = Array.from({ length: 12 }, (_, n) => `north,N103,1,${n + 1}`);

type Buyer = { readonly name?: string; readonly phone?: string; readonly email?: string };

type Holder = NonNullable<OrderRequest['holders']>[number];

export class OrderShop implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly node: HttpNode;
  readonly #sales: Sales;
  readonly #dir: string;
  #carts = 0;

  private constructor(database: TestDatabase, node: HttpNode, sales: Sales, dir: string) {
    this.database = database;
    this.node = node;
    this.#sales = sales;
    this.#dir = dir;
  }

  /** @param outbox - what `serve --outbox` is given, beside where the shop is */
  static async open(
    outbox: object,
    file = derbyFile({ isNow: true }),
    changes: Partial<SaleFileWritten> = {},
  ): Promise<OrderShop> {
    const database = await testDatabase();
    const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-shop-'));
    const outboxFile = path.join(dir, 'outbox.json');
    writeFileSync(outboxFile, JSON.stringify({ publicUrl: 'https://club.example', ...outbox }));
    const node = await HttpNode.start(database, { outboxFile });
    await node.ask(DERBY, { method: 'PUT', body: file });
    await node.ask('/api/v1/grounds/riverside/layouts/import', {
      body: ['stand,section,row,seat', ...SEATS, ''].join('\n'),
    });
    const sale = { ...saleFileWritten(), quotas: [], ...changes };
    await node.ask(`${DERBY}/sale`, {
      method: 'PUT',
      body: { file: sale, replaces: 0, reason: 'test' },
    });
    await node.ask(`${DERBY}/open`, { method: 'POST' });
    const masterKey = loadMasterKey(node.dataDir);
    const catalogue = createCatalogue(database.pool, masterKey, 'hub', null);
    const stopping = new AbortController().signal;
    const context = { pool: database.pool, masterKey, catalogue, stopping, log: silentLog };
    return new OrderShop(database, node, new Sales(context as unknown as ServerContext), dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sales.stop();
    await this.node[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true });
  }

  async order(
    places: number,
    buyer: Buyer = { name: '王芳', phone: '+8613800001234' },
    locale: 'zh-CN' | 'en' = 'zh-CN',
    holders: readonly Holder[] = [],
  ): Promise<OrderCreated> {
    this.#carts += 1;
    const number = this.#carts;
    const headers = (what: string) => ({
      'kaimen-cart': `cart-of-a-buyer-who-is-number-${number}`,
      'idempotency-key': `"${what}-${number}"`,
    });
    const best = { types: [{ type: 'adult', count: places }] };
    const hold = await this.node.ask<HoldView>(`${SHOP}/events/derby/holds`, {
      body: { best },
      headers: headers('hold-it-please'),
    });
    return await this.node.ask<OrderCreated>(`${SHOP}/orders`, {
      body: { hold: hold.id, totalMinor: hold.quote?.totalMinor, buyer, locale, holders },
      headers: headers('order-it-please'),
    });
  }

  async pay({ id, quote }: OrderCreated): Promise<void> {
    const amountMinor = quote.totalMinor;
    const payment = `pay-${id}`;
    const start = { payment, provider: 'alipay', member: null, askedMinor: amountMinor };
    const capture = { payment, amountMinor, currency: 'CNY', providerRef: `ref-${id}` };
    await this.#sales.withStock(1, (client) =>
      this.#sales.applyPaymentFacts(client, 1, [
        { order: id, fact: { kind: 'payment-started', ...start } },
        { order: id, fact: { kind: 'captured', ...capture } },
      ]),
    );
  }

  async paper({ id, secret }: OrderCreated, name: string): Promise<Uint8Array> {
    const headers = { 'kaimen-order': secret };
    const response = await this.node.fetch(`${SHOP}/orders/${id}/${name}`, { headers });
    assert.equal(response.status, 200, name);
    return new Uint8Array(await response.arrayBuffer());
  }
}
