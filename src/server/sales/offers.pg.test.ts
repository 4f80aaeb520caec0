// Publishing a sale and its vouchers over HTTP: versions, refusals that name the place, codes that no table tells.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { saleStateAt } from '#protocol/sale-terms.ts';
import type { SaleFileWritten, SaleVersionView } from '#protocol/sales.ts';
import type { VoucherList } from '#protocol/vouchers.ts';
import { loadMasterKey } from '#server/platform/secret-file.ts';
import { derbyFile } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { saleFileWritten } from '../../testing/sale.ts';
import { SaleOffers } from './offer-store.ts';
import { freeVoucherUses, noteVoucherUses, vouchersOfCodes } from './offer-vouchers.ts';

const SALE = '/api/v1/events/derby/sale';
const VOUCHERS = `${SALE}/vouchers`;
const NAME = { 'zh-CN': '球迷会', en: 'Fan club' };
const MANIFEST = `stand,section,row,seat
north,N103,1,1
north,N103,1,2
south,S101,1,1
`;

let database: TestDatabase;
let node: HttpNode;
let number: number;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  const imported = await node.ask<{ number: number }>('/api/v1/events/derby', {
    method: 'PUT',
    body: derbyFile({ isNow: true }),
  });
  number = imported.number;
  await node.ask('/api/v1/grounds/riverside/layouts/import', { body: MANIFEST });
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function sale(changes: Partial<SaleFileWritten>, replaces: number) {
  const body = { file: { ...saleFileWritten(), ...changes }, replaces, reason: 'test' };
  return { method: 'PUT', body } as const;
}

test('a sale is published as a version, and the next follows the one that was seen', async () => {
  await node.refuses(404, SALE);
  const first = await node.ask(SALE, sale({}, 0));
  const warnings = ['not for sale: S101', 'web sells beyond kick-off'];
  const layout = { ground: 'riverside', version: 1 };
  const counts = { layout, seats: 3, standing: 0, notForSale: 1, kept: 0 };
  assert.deepEqual(first, { event: 'derby', version: 1, ...counts, warnings });
  const stale = await node.refuses(409, SALE, sale({}, 0));
  assert.match(`${stale.detail}; ${stale.mend}`, /in force is 1; .*“replaces”: 1/);
  const allotments = [{ name: 'sponsor', seats: [0], sections: ['S101'] }];
  const second = await node.ask<{ version: number; kept: number }>(
    SALE,
    sale({ isSuspended: true, allotments }, 1),
  );
  assert.deepEqual([second.version, second.kept], [2, 2]);
  const [now, before] = await Promise.all([
    node.ask<SaleVersionView>(SALE),
    node.ask<SaleVersionView>(`${SALE}/versions/1`),
  ]);
  assert.deepEqual([now.version, now.file.isSuspended], [2, true]);
  assert.deepEqual([before.version, before.file.isSuspended], [1, false]);
  await node.refuses(404, `${SALE}/versions/3`);
});

test('the terms in force are read as the rules read them, and earlier ones stay', async () => {
  const offers = new SaleOffers();
  const event = { number, id: 'derby' };
  const terms = await offers.inForce(database.pool, event);
  const before = await offers.ofVersion(database.pool, event, 1);
  assert.ok(terms !== null && before !== null);
  assert.deepEqual(before.priceList, { ...terms.priceList, version: 1 });
  assert.equal(terms.policy?.tiers[1]?.keptPerMille, 200);
  const opensAt = before.channels[0]?.opensAt ?? assert.fail('no channel');
  assert.equal(saleStateAt(before, 'web', opensAt), 'on-sale');
  assert.equal(saleStateAt(before, 'web', (opensAt - 1) as typeof opensAt), 'announced');
  assert.equal(saleStateAt(before, 'partner', opensAt), 'closed');
  const later = terms.channels[0]?.opensAt ?? opensAt;
  assert.equal(saleStateAt(terms, 'web', later), 'closed', 'suspended');
  assert.equal(await offers.inForce(database.pool, { number: 999, id: 'none' }), null);
});

test('a sale that cannot be is refused with every place that is wrong', async () => {
  const file = saleFileWritten();
  const wrong = sale(
    {
      areas: [{ category: 'b', section: 'N103', rows: ['7'] }, ...file.areas],
      prices: [...file.prices, { category: 'z', type: 'adult', amountMinor: 1 }],
      quotas: [{ id: 'q', per: 'event', ticketsMax: 1, types: ['nobody'] }],
      allotments: [{ name: 'sponsor', seats: [3] }],
    },
    2,
  );
  const { errors } = await node.refuses(400, SALE, wrong);
  assert.deepEqual(
    errors?.map(({ field }) => field),
    [
      `file.prices[${file.prices.length}].category`,
      'file.quotas[0].types',
      'file.areas[0].rows',
      'file.allotments[0].seats',
    ],
  );
  const table = { ...file.refunds, tiers: ['30d 0%', '20d', '10d 5%'] };
  const refunds = table as SaleFileWritten['refunds'];
  const { errors: lines } = await node.refuses(400, SALE, sale({ refunds }, 2));
  assert.equal(lines?.[0]?.field, 'file.refunds.tiers[1]');
  const layout = { ground: 'riverside', version: 9 };
  const nowhere = await node.refuses(400, SALE, sale({ layout }, 2));
  assert.equal(nowhere.errors?.[0]?.field, 'file.layout');
});

test('what a sale that has opened settled stays: its currency and its layout', async () => {
  const refused = await node.refuses(409, SALE, sale({ currency: 'EUR' }, 2));
  assert.equal(refused.errors?.[0]?.field, 'file.currency');
});

test('only those who publish may, and the desk reads', async () => {
  const body = { role: 'box-office', person: 'p-desk' };
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', { body });
  await node.refuses(403, SALE, { ...sale({}, 2), token });
  await node.refuses(403, VOUCHERS, { token, body: { vouchers: [] } });
  assert.equal((await node.ask<SaleVersionView>(SALE, { token })).version, 2);
});

test('codes of vouchers are said once, and no table tells them', async () => {
  const terms = { name: NAME, off: { kind: 'fixed', amountMinor: 5_000 }, usesMax: 2 };
  const body = {
    vouchers: [
      { id: 'fans', code: 'fans-2026', terms },
      { id: 'one', terms },
    ],
  };
  const { vouchers } = await node.ask<{ vouchers: { id: string; code: string }[] }>(VOUCHERS, {
    body,
  });
  assert.equal(vouchers[0]?.code, 'FANS2026');
  assert.match(vouchers[1]?.code ?? '', /^[A-Z2-7]{12}$/);
  const taken = { vouchers: [{ id: 'other', code: 'Fans 2026', terms }] };
  assert.match((await node.refuses(409, VOUCHERS, { body: taken })).detail ?? '', /of other/);
  const { rows } = await database.pool.query('SELECT vouchers::text AS row FROM vouchers');
  for (const { row } of rows) {
    for (const { code } of vouchers) assert.ok(!String(row).toUpperCase().includes(code));
  }
  const nothing = { vouchers: [{ id: 'x', terms: { name: NAME } }] };
  const { errors } = await node.refuses(400, VOUCHERS, { body: nothing });
  assert.equal(errors?.[0]?.field, 'vouchers[0].terms.off');
});

test('uses count for the voucher and the person until they are freed; a stopped one is unknown', async () => {
  const { pool } = database;
  const key = loadMasterKey(node.dataDir);
  const asked = { codes: ['nobody', 'fans-2026'], person: 'p-1', except: null };
  const look = async (except: string | null = null) =>
    await vouchersOfCodes(pool, key, number, { ...asked, except });
  const client = await pool.connect();
  const order = { id: 'k-1', person: 'p-1' };
  await noteVoucherUses(client, number, order, [{ id: 'fans', amountMinor: 5_000 }]);
  await noteVoucherUses(client, number, order, [{ id: 'fans', amountMinor: 5_000 }]);
  const { vouchers, unknown } = await look();
  assert.deepEqual(unknown, [0]);
  assert.deepEqual(vouchers[0]?.use, { orders: 1, byThisPerson: 1, spentMinor: 5_000 });
  assert.equal((await look('k-1')).vouchers[0]?.use.orders, 0);
  const listed = await node.ask<VoucherList>(VOUCHERS);
  assert.deepEqual(
    listed.vouchers.map(({ id, orders, spentMinor }) => [id, orders, spentMinor]),
    [
      ['fans', 1, 5_000],
      ['one', 0, 0],
    ],
  );
  await freeVoucherUses(client, 'k-1');
  assert.equal((await look()).vouchers[0]?.use.orders, 0);
  client.release();
  await node.ask(`${VOUCHERS}/fans/stop`, { method: 'POST' });
  assert.deepEqual((await look()).unknown, [0, 1]);
  await node.ask(`${VOUCHERS}/fans/resume`, { method: 'POST' });
  assert.deepEqual((await look()).unknown, [0]);
  await node.refuses(404, `${VOUCHERS}/nobody/stop`, { method: 'POST' });
});
