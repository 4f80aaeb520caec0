// What the link of an order puts into a calendar and a wallet, and what its letters bring along.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ChangePreview } from '#protocol/event-change.ts';
import type { OrderAdvice } from '#protocol/order-papers.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { proofPages, readCodes } from '#testing/proof.ts';
import { propertyOf, readCalendar } from '../../testing/calendar-reading.ts';
import { MailServer, type ReceivedMail } from '../../testing/mail-server.ts';
import { DERBY, OrderShop, SHOP } from '../../testing/order-shop.ts';
import { readPass } from '../../testing/pass-reading.ts';
import { until } from '../../testing/waiting.ts';
import { WalletChain } from '../../testing/wallet-chain.ts';

let mail: MailServer;
let chain: WalletChain;
let shop: OrderShop;

before(async () => {
  mail = await MailServer.open();
  chain = new WalletChain();
  const { certificateFile, keyFile, intermediateFile, ...wallet } = chain.config();
  shop = await OrderShop.open({
    mail: {
      ...{ host: '127.0.0.1', port: mail.port, security: 'none' },
      from: { name: { 'zh-CN': '滨江票务', en: 'Riverside Tickets' }, address: 't@club.example' },
    },
    wallet: {
      ...wallet,
      certificateFile: chain.file(certificateFile),
      keyFile: chain.file(keyFile),
      intermediateFile: chain.file(intermediateFile),
    },
  });
});

after(async () => {
  await shop[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
  chain[Symbol.dispose]();
});

const ANNA = { name: 'Anna Berg', email: 'anna.berg@fans.example' };
async function letters(address: string, count: number): Promise<ReceivedMail[]> {
  const look = async () => mail.received.filter(({ to }) => to.includes(address));
  return (await until(8_000, look, (found) => found.length === count)).value;
}
const calendarOf = (letter: ReceivedMail | undefined) => {
  const part = letter?.parts.find(({ type }) => type.startsWith('text/calendar'));
  assert.match(part?.type ?? '', /method=(PUBLISH|CANCEL)/);
  return readCalendar(part?.bytes.toString('utf8') ?? '');
};
const text = async (...asked: Parameters<OrderShop['paper']>) =>
  Buffer.from(await shop.paper(...asked)).toString('utf8');

test('a ticket in a wallet is the ticket on paper: signed up to the root, with the code that the gate admits', async () => {
  const bought = await shop.order(2, ANNA, 'en');
  const headers = { 'kaimen-order': bought.secret };
  await shop.node.refuses(409, `${SHOP}/orders/${bought.id}/calendar.ics`, { headers });
  await shop.pay(bought);
  const view = await shop.node.ask<OrderView>(`${SHOP}/orders/${bought.id}`, { headers });
  const passes = await Promise.all(
    view.tickets.map(async ({ line }) =>
      readPass(Buffer.from(await shop.paper(bought, `tickets/${line}/wallet.pkpass`))),
    ),
  );
  for (const pass of passes) chain.verify(pass);
  const codes = passes.map(
    (pass) => JSON.parse(pass.get('pass.json')?.toString('utf8') ?? '{}').barcodes[0].message,
  );
  const pages = await proofPages(await shop.paper(bought, 'tickets.pdf'), 120);
  const printed = (await Promise.all(pages.map((page) => readCodes(page)))).flat();
  assert.deepEqual(new Set(codes), new Set(printed));
  const { token } = await shop.node.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  const scannedAt = new Date().toISOString();
  const scan = { scanId: 's-1', code: codes[0], direction: 'in', scannedAt };
  const asked = { token, body: scan };
  const { verdict } = await shop.node.ask<{ verdict: string }>('/api/v1/scans', asked);
  assert.equal(verdict, 'admitted');
  const at = `${SHOP}/orders/${bought.id}/tickets`;
  await shop.node.refuses(404, `${at}/9/wallet.pkpass`, { headers });
  await shop.node.refuses(404, `${at}/${view.tickets[0]?.line}/wallet.pkpass`);
  const { papers } = await shop.node.ask<OrderAdvice>(`${SHOP}/orders/${bought.id}/advice`, {
    headers,
  });
  assert.deepEqual(papers, ['tickets.pdf', 'calendar.ics', 'wallet.pkpass']);
});

test('the calendar comes by the link and with the letter, and moves with the match', async () => {
  const fan = { name: '王芳', email: 'wang@fans.example' };
  const bought = await shop.order(1, fan);
  await shop.pay(bought);
  await shop.node.refuses(404, `${SHOP}/orders/${bought.id}/calendar.ics`);
  const lines = readCalendar(await text(bought, 'calendar.ics'));
  assert.match(propertyOf(lines, 'DESCRIPTION') ?? '', /^N103-1-\d+ · /);
  assert.ok(!lines.join('\n').includes(bought.secret), 'calendars are shared');
  assert.equal(propertyOf(lines, 'URL'), `https://club.example/shop/order/${bought.id}`);
  const [paid] = await letters(fan.email, 1);
  const link = `https://club.example/shop/order/${bought.id}#${bought.secret}`;
  for (const type of ['text/plain', 'text/html']) {
    const part = paid?.parts.find((each) => each.type.startsWith(type));
    assert.ok(part?.bytes.toString('utf8').includes(link), `${type} leads to the order`);
  }
  const withLetter = calendarOf(paid);
  assert.equal(propertyOf(withLetter, 'UID'), propertyOf(lines, 'UID'));
  assert.equal(propertyOf(withLetter, 'SEQUENCE'), '0');
  const hour = 3_600_000;
  const { doorsAt, startsAt, endsAt } = await shop.node.ask<Record<string, string>>(DERBY);
  const later = (at: string | undefined) => new Date(Date.parse(at ?? '') + hour).toISOString();
  const change = {
    ...{ kind: 'moved', doorsAt: later(doorsAt) },
    ...{ startsAt: later(startsAt), endsAt: later(endsAt) },
  };
  const { foreseen } = await shop.node.ask<ChangePreview>(`${DERBY}/changes/preview`, {
    body: { change },
  });
  const { orders, refundMinor } = foreseen;
  await shop.node.ask(`${DERBY}/changes`, {
    body: { change, reason: 'storm', orders, refundMinor },
  });
  const [, moved] = await letters(fan.email, 2);
  assert.match(moved?.headers.get('subject') ?? '', /^比赛改期：/);
  for (const after of [calendarOf(moved), readCalendar(await text(bought, 'calendar.ics'))]) {
    assert.equal(propertyOf(after, 'UID'), propertyOf(lines, 'UID'));
    assert.equal(propertyOf(after, 'SEQUENCE'), '1');
    const stamp = later(startsAt).replace(/[-:]|\.\d+/g, '');
    assert.equal(propertyOf(after, 'DTSTART'), stamp);
  }
  const english = await letters(ANNA.email, 2);
  const subjects = english.map(({ headers }) => headers.get('subject') ?? '');
  assert.ok(subjects[0]?.startsWith('Your tickets for '), subjects[0]);
  assert.ok(subjects[1]?.startsWith('New date: '), subjects[1]);
  const late = { name: 'Late Fan', email: 'late@fans.example' };
  await shop.pay(await shop.order(1, late, 'en'));
  const [told] = await letters(late.email, 1);
  assert.equal(propertyOf(calendarOf(told), 'SEQUENCE'), '1');
  const { rows } = await shop.database.pool.query<{ at: string }>(
    `SELECT facts #>> '{match,startsAt}' AS at FROM outbox
     WHERE template = 'order-paid' ORDER BY created_at DESC LIMIT 1`,
  );
  assert.equal(Number(rows[0]?.at), Date.parse(later(startsAt)));
});
