// What whoever has the link of an order gets: tickets that open the gate, a receipt, the way in. And the routes by
// which people change a match.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LETTER_WORDS } from '#domain/delivery/letter-words.ts';
import type { TicketHistory } from '#protocol/desk.ts';
import type { ChangePreview, ChangeView } from '#protocol/event-change.ts';
import type { OrderAdvice } from '#protocol/order-papers.ts';
import { proofPages, readCodes, textOf } from '#testing/proof.ts';
import { DERBY as EVENT, OrderShop, SHOP } from '../../testing/order-shop.ts';
import { until } from '../../testing/waiting.ts';
import { readFate, readFateNotice } from '../venue/match-fate.ts';

const SELLER = {
  name: { 'zh-CN': '滨江足球俱乐部', en: 'Riverside Football Club' },
  address: { 'zh-CN': '滨江路 1 号', en: '1 Riverside Road' },
  taxId: '91310000775785552L',
};
let shop: OrderShop;

before(async () => {
  shop = await OrderShop.open({ seller: SELLER });
});

after(() => shop[Symbol.asyncDispose]());

test('the link of an order gives tickets that the gate admits, once each', async () => {
  const bought = await shop.order(2);
  const headers = { 'kaimen-order': bought.secret };
  await shop.node.refuses(409, `${SHOP}/orders/${bought.id}/tickets.pdf`, { headers });
  await shop.pay(bought);
  await shop.node.refuses(404, `${SHOP}/orders/${bought.id}/tickets.pdf`);
  const wrong = {
    'kaimen-order': bought.secret.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')),
  };
  await shop.node.refuses(404, `${SHOP}/orders/${bought.id}/tickets.pdf`, { headers: wrong });
  const pages = await proofPages(await shop.paper(bought, 'tickets.pdf'), 120);
  const codes = (await Promise.all(pages.map((page) => readCodes(page)))).flat();
  assert.equal(new Set(codes).size, 2);
  const lane = await shop.node.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  const scan = async (code: string, scanId: string) => {
    const body = { scanId, code, direction: 'in', scannedAt: new Date().toISOString() };
    return (await shop.node.ask<{ verdict: string }>('/api/v1/scans', { token: lane.token, body }))
      .verdict;
  };
  const [first = '', second = ''] = codes;
  assert.deepEqual(
    [await scan(first, 's-1'), await scan(second, 's-2'), await scan(first, 's-3')],
    ['admitted', 'admitted', 'refused'],
  );
});

test('a receipt has a number of its own, the taxes that are in the prices, and stays as it was issued', async () => {
  const [one, two] = [await shop.order(2), await shop.order(1)];
  await shop.pay(one);
  await shop.pay(two);
  const first = await shop.paper(one, 'receipt.pdf');
  const again = await shop.paper(one, 'receipt.pdf');
  assert.deepEqual(again, first);
  const [text = ''] = await textOf(first);
  const year = new Date().getFullYear();
  for (const said of [
    `R-${year}-000001`,
    one.id,
    '¥360.00',
    '6%',
    '支付宝',
    SELLER.taxId,
    'N103-1-',
  ]) {
    assert.ok(text.includes(said), `${said} in ${text}`);
  }
  const [other = ''] = await textOf(await shop.paper(two, 'receipt.pdf'));
  assert.ok(other.includes(`R-${year}-000002`), 'numbers follow one another');
});

test('the link of an order says how to come in, by the ways that the club has described', async () => {
  const way = (gate: string, exit: string) => ({
    gate,
    from: { 'zh-CN': `地铁 ${exit} 口`, en: `metro exit ${exit}` },
    isStepFree: true,
    walkMinutes: 6,
  });
  const approaches = [way('N1', 'B'), way('S1', 'C')];
  await shop.node.ask('/api/v1/venues/riverside/approaches', {
    method: 'PUT',
    body: { approaches },
  });
  const bought = await shop.order(1);
  await shop.pay(bought);
  const headers = { 'kaimen-order': bought.secret };
  const { tickets } = await shop.node.ask<OrderAdvice>(`${SHOP}/orders/${bought.id}/advice`, {
    headers,
  });
  const [advice] = tickets;
  assert.equal(advice?.gate?.id, 'N1');
  assert.match(advice?.words.en ?? '', /^N1, from metro exit B: be there by \d\d:\d\d$/);
  assert.match(
    advice?.words['zh-CN'] ?? '',
    /^从地铁 B 口过来，由 N1 入场，请在 \d\d:\d\d 前到达$/,
  );
});

test('a change of a match is foreseen first, decided on what was foreseen, and worked through', async () => {
  const unpaid = await shop.order(1);
  const change = { kind: 'postponed' };
  const { foreseen } = await shop.node.ask<ChangePreview>(`${EVENT}/changes/preview`, {
    body: { change },
  });
  assert.deepEqual([foreseen.orders, foreseen.told, foreseen.refundMinor], [3, 3, 0]);
  const decided = { change, reason: 'storm', orders: 3, refundMinor: 0 };
  await shop.node.refuses(409, `${EVENT}/changes`, { body: { ...decided, orders: 4 } });
  const token = await viewer();
  await shop.node.refuses(403, `${EVENT}/changes`, { body: decided, token });
  const begun = await shop.node.ask<ChangeView>(`${EVENT}/changes`, { body: decided });
  assert.equal(begun.reason, 'storm');
  const look = () => shop.node.ask<{ changes: ChangeView[] }>(`${EVENT}/changes`);
  const { value } = await until(8_000, look, ({ changes }) => changes[0]?.finishedAt !== null);
  assert.deepEqual(value.changes[0]?.done, foreseen);
  const { status } = await shop.node.ask<{ status: string }>(EVENT);
  assert.equal(status, 'closed', 'nobody enters a match that is not played tonight');
  const { messages } = await shop.node.ask<{ messages: { template: string; to: string }[] }>(
    '/api/v1/outbox?state=waiting',
  );
  const postponed = messages.filter(({ template }) => template === 'match-postponed');
  assert.deepEqual([postponed.length, postponed[0]?.to], [3, '***1234']);
  assert.ok(unpaid.id.startsWith('k-'));
  const unused = await shop.database.pool.query<{ ref: string }>(
    `SELECT ref FROM tickets t WHERE status = 'valid'
       AND NOT EXISTS (SELECT FROM claims c WHERE c.event = t.event AND c.serial = t.serial) LIMIT 1`,
  );
  const { diagnosis } = await shop.node.ask<TicketHistory>(
    `${EVENT}/tickets/${unused.rows[0]?.ref}/history`,
  );
  assert.deepEqual(diagnosis.text, LETTER_WORDS['match-postponed.lead'], 'desk and letter agree');
  assert.deepEqual(await readFate(shop.database.pool, 1), { kind: 'postponed' });
  assert.equal((await readFateNotice(shop.database.pool, 1))?.changes, 1);
});

test('a cancelled match takes two people, and ends what is not paid', async () => {
  const change = { kind: 'cancelled' };
  const { foreseen } = await shop.node.ask<ChangePreview>(`${EVENT}/changes/preview`, {
    body: { change },
  });
  assert.equal(foreseen.ended, 1);
  assert.equal(foreseen.entered, 2, 'their holders were inside: that is for the club to decide');
  const { orders, refundMinor } = foreseen;
  const decided = { change, reason: 'storm', orders, refundMinor };
  const alone = await shop.node.refuses(400, `${EVENT}/changes`, { body: decided });
  assert.equal(alone.errors?.[0]?.field, 'secondPerson');
  const own = { ...decided, secondPerson: shop.node.adminToken };
  await shop.node.refuses(400, `${EVENT}/changes`, { body: own });
});

async function viewer(): Promise<string> {
  const body = { role: 'viewer', person: 'p-viewer' };
  return (await shop.node.ask<{ token: string }>('/api/v1/tokens', { body })).token;
}
