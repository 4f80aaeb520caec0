import assert from 'node:assert/strict';
import { createPublicKey, createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { KnownPayment } from '../provider.ts';
import { isNoticeSigned } from './alipay-crypto.ts';
import { Alipay, type AlipayConfig } from './alipay-pay.ts';

const VECTORS = JSON.parse(
  readFileSync(
    new URL('../../../../fixtures/payments/alipay-vectors.json', import.meta.url),
    'utf8',
  ),
);
const PUBLIC_KEY = createPublicKey({
  key: Buffer.from(VECTORS.alipayPublicKey, 'base64'),
  format: 'der',
  type: 'spki',
});
const OURS = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const THEIRS = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const CONFIG: AlipayConfig = {
  appId: '2019073166072302',
  privateKey: OURS.privateKey,
  alipayPublicKey: PUBLIC_KEY,
  gateway: 'https://openapi.alipay.com/gateway.do',
  notifyUrl: () => 'https://club.example/api/v1/payments/alipay/webhook',
  answerWithinMs: 2_000,
};
const PAYMENT: KnownPayment = {
  ...{ id: 'pay-abc', providerRef: null, amountMinor: 38_005, currency: 'CNY' },
};

function webhook(form: Readonly<Record<string, string>>) {
  return { headers: {}, body: Buffer.from(String(new URLSearchParams(form))), nowMs: Date.now() };
}

test('the notification of Alipay’s own SDK is verified and read; a tampered one is not', () => {
  const { form } = VECTORS;
  assert.equal(isNoticeSigned(PUBLIC_KEY, form), true);
  const read = new Alipay(CONFIG).readWebhook(webhook(form));
  assert.ok(read.kind === 'facts');
  assert.deepEqual(read.reply, { type: 'text/plain', text: 'success' });
  assert.deepEqual(read.facts, [
    {
      ...{ id: 'captured:2019081522001468450512505578', payment: '20190815155618536-564-57' },
      ...{ kind: 'captured', charge: '2019081522001468450512505578' },
      ...{ amountMinor: 10, currency: 'CNY', key: null },
    },
  ]);
  for (const changed of [
    { total_amount: '0.01' },
    { out_trade_no: 'another' },
    { more: 'x' },
    { sign_type: 'RSA' },
    { sign: '' },
  ]) {
    const refused = new Alipay(CONFIG).readWebhook(webhook({ ...form, ...changed }));
    assert.equal(refused.kind, 'refused', JSON.stringify(changed));
  }
  const other = new Alipay({ ...CONFIG, appId: '2019073166072303' }).readWebhook(webhook(form));
  assert.match(other.kind === 'refused' ? other.detail : '', /another app/);
});

test('a page to pay on is an address that we sign', async () => {
  const { next } = await new Alipay(CONFIG).begin({
    ...{ payment: 'pay-abc', amountMinor: 38_005, currency: 'CNY', description: '德比' },
    ...{ returnUrl: 'https://club.example/shop/order', expiresAt: Date.UTC(2026, 10, 29, 11, 35) },
    ...{ method: 'wap', buyer: { ip: '203.0.113.7', openId: null } },
  });
  assert.ok(next.kind === 'redirect');
  const { sign = '', ...params } = Object.fromEntries(new URL(next.url).searchParams);
  const line = Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&');
  const verify = createVerify('RSA-SHA256').update(line);
  assert.equal(verify.verify(OURS.publicKey, sign, 'base64'), true);
  assert.deepEqual(JSON.parse(params['biz_content'] ?? ''), {
    ...{ out_trade_no: 'pay-abc', total_amount: '380.05', subject: '德比' },
    ...{ time_expire: '2026-11-29 19:35:00', product_code: 'QUICK_WAP_WAY' },
  });
  assert.equal(params['return_url'], 'https://club.example/shop/order');
});

/** Answers as the gateway does, to what is signed by us. */
async function gateway(answerTo: (method: string) => object, signer = THEIRS.privateKey) {
  const server = http.createServer((request, response) => {
    text(request).then((body) => {
      const { sign = '', ...params } = Object.fromEntries(new URLSearchParams(body));
      const line = Object.keys(params).sort();
      const message = line.map((name) => `${name}=${params[name]}`).join('&');
      const verify = createVerify('RSA-SHA256').update(message);
      if (!verify.verify(OURS.publicKey, sign, 'base64')) return response.writeHead(400).end();
      const method = params['method'] ?? '';
      const said = JSON.stringify(answerTo(method));
      const signed = createSign('RSA-SHA256').update(said).sign(signer, 'base64');
      const name = `${method.replaceAll('.', '_')}_response`;
      return response.end(`{"${name}":${said},"sign":"${signed}"}`);
    }, assert.fail);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const url = `http://127.0.0.1:${port}/gateway.do`;
  return {
    pay: new Alipay({ ...CONFIG, gateway: url, alipayPublicKey: THEIRS.publicKey }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('asked, closed and given back through the gateway, by answers that it has signed', async () => {
  let said: object = {
    code: '10000',
    msg: 'Success',
    trade_no: 't-1',
    trade_status: 'WAIT_BUYER_PAY',
    total_amount: '380.05',
  };
  await using at = await gateway(() => said);
  assert.deepEqual(await at.pay.query(PAYMENT), { kind: 'facts', facts: [] });
  said = { ...said, trade_status: 'TRADE_SUCCESS' };
  const paid = await at.pay.query(PAYMENT);
  assert.equal(paid.kind === 'facts' && paid.facts[0]?.amountMinor, 38_005);
  const request = { payment: PAYMENT, charge: 't-1', amountMinor: 19_000, key: 'r-1' };
  const given = await at.pay.refund(request);
  assert.equal(given.kind === 'facts' && given.facts[0]?.id, 'refunded:r-1');
  said = { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST' };
  assert.deepEqual(await at.pay.query(PAYMENT), { kind: 'facts', facts: [] });
  assert.equal((await at.pay.void({ ...request, charge: null })).kind, 'facts');
  said = { code: '20000', msg: 'Service Currently Unavailable' };
  await assert.rejects(at.pay.query(PAYMENT), { code: 'provider-away' });
  await using forged = await gateway(() => ({ code: '10000' }), OURS.privateKey);
  await assert.rejects(forged.pay.query(PAYMENT), { code: 'provider-away' });
});
