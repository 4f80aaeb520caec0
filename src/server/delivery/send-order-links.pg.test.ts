// Links of orders asked for again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readOrderLinks } from '#protocol/order-links.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { MailServer } from '../../testing/mail-server.ts';
import { OrderShop } from '../../testing/order-shop.ts';
import { until } from '../../testing/waiting.ts';

let mail: MailServer;
let shop: OrderShop;

before(async () => {
  mail = await MailServer.open();
  shop = await OrderShop.open({
    mail: {
      ...{ host: '127.0.0.1', port: mail.port, security: 'none' },
      from: { name: { 'zh-CN': '滨江票务', en: 'Riverside Tickets' }, address: 't@club.example' },
    },
  });
});

after(async () => {
  await shop[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
});

async function ask(email: string) {
  return await shop.node.ask(shopPaths.orderLinks(), { body: { email, locale: 'en' } });
}

const linksTo = (address: string) =>
  mail.received.filter(
    ({ to, headers }) => to.includes(address) && /your orders/.test(headers.get('subject') ?? ''),
  );

test('one letter brings all orders of an address, each with the secret that opens it', async () => {
  const buyer = { name: 'Rosa Lindqvist', email: 'Rosa@fans.example' };
  const orders = [await shop.order(1, buyer, 'en'), await shop.order(1, buyer, 'en')];
  await shop.order(1, { name: 'Noor', email: 'noor@fans.example' }, 'en');
  assert.deepEqual(await ask('rosa@FANS.example'), { asked: true });
  const look = async () => linksTo('Rosa@fans.example');
  const [letter] = (await until(8_000, look, (found) => found.length === 1)).value;
  const text = letter?.parts.map(({ bytes }) => bytes.toString('utf8')).join('\n') ?? '';
  const [, fragment = ''] = /\/shop\/orders#([\w.~-]+)/.exec(text) ?? [];
  const found = new Map(readOrderLinks(fragment).map(({ order, secret }) => [order, secret]));
  assert.deepEqual(found, new Map(orders.map(({ id, secret }) => [id, secret])));
});

test('whoever asks for nobody’s address is told the same, and nothing is sent; nor twice in a row', async () => {
  const before = mail.received.length;
  assert.deepEqual(await ask('nobody@fans.example'), { asked: true });
  assert.deepEqual(await ask('rosa@fans.example'), { asked: true });
  const { rows } = await shop.database.pool.query(
    `SELECT state, count(*)::int AS n FROM outbox WHERE template = 'order-links' GROUP BY state`,
  );
  assert.deepEqual(rows, [{ state: 'sent', n: 1 }]);
  assert.equal(mail.received.length, before);
});

test('a caller who asks for one address after the other is slowed down, and a wrong one is named', async () => {
  const body = (email: string) => ({ body: { email, locale: 'en' } });
  const refused = await shop.node.refuses(400, shopPaths.orderLinks(), body('rosa'));
  assert.match(JSON.stringify(refused.errors), /email/);
  const statuses = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => {
      const answer = await shop.node.fetch(shopPaths.orderLinks(), body(`fan-${n}@fans.example`));
      await answer.body?.cancel();
      return answer.status;
    }),
  );
  assert.ok(statuses.includes(429), statuses.join(' '));
});
