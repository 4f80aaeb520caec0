import assert from 'node:assert/strict';
import {
  createCipheriv,
  createPublicKey,
  createVerify,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { BeginRequest, KnownPayment } from '../provider.ts';
import type { WechatConfig } from './wechat-client.ts';
import { authorizationOf, isSignedBy, opened, signed } from './wechat-crypto.ts';
import { WechatPay } from './wechat-pay.ts';

const VECTORS = JSON.parse(
  readFileSync(
    new URL('../../../../fixtures/payments/wechat-pay-vectors.json', import.meta.url),
    'utf8',
  ),
);
const { notification: NOTICE } = VECTORS;
const AT_MS = Number(NOTICE.headers['wechatpay-timestamp']) * 1_000;
const MERCHANT = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const PLATFORM = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const API_KEY = Buffer.from('0123456789abcdef0123456789abcdef');

const CONFIG: WechatConfig = {
  appId: 'wx-club',
  mchid: '1900000001',
  serial: 'MERCHANT1',
  privateKey: MERCHANT.privateKey,
  platformKeys: new Map([['PLATFORM1', PLATFORM.publicKey]]),
  apiKey: API_KEY,
  notifyUrl: () => 'https://club.example/api/v1/payments/wechat-pay/webhook',
  baseUrl: '',
  answerWithinMs: 2_000,
};

const PAYMENT: KnownPayment = {
  ...{ id: 'pay-abc', providerRef: null, amountMinor: 38_000, currency: 'CNY' },
};

const BEGIN: BeginRequest = {
  payment: 'pay-abc',
  amountMinor: 38_000,
  currency: 'CNY',
  description: '德比 2 张票',
  returnUrl: 'https://club.example/shop/order',
  expiresAt: Date.UTC(2026, 10, 29, 11, 35),
  method: 'native',
  buyer: { ip: '203.0.113.7', openId: 'o-buyer' },
};

test('the notification of WeChat Pay’s own SDK is verified, and opened after that', () => {
  const certificate = new X509Certificate(VECTORS.certificate);
  const serial = NOTICE.headers['wechatpay-serial'];
  assert.equal(certificate.serialNumber, serial);
  const keys = new Map([[serial, certificate.publicKey]]);
  const signature = {
    timestamp: NOTICE.headers['wechatpay-timestamp'],
    nonce: NOTICE.headers['wechatpay-nonce'],
    signature: NOTICE.headers['wechatpay-signature'],
    serial,
  };
  const body = Buffer.from(NOTICE.body);
  assert.equal(isSignedBy(keys, signature, body), true);
  const { resource } = JSON.parse(NOTICE.body);
  const key = Buffer.from(NOTICE.apiKey);
  assert.equal(opened(key, resource), NOTICE.plaintext);

  const tampered = Buffer.from(body);
  tampered[tampered.length - 3] = 0x41;
  assert.equal(isSignedBy(keys, signature, tampered), false);
  const later = { ...signature, timestamp: '1624523847' };
  assert.equal(isSignedBy(keys, later, body), false);
  assert.equal(isSignedBy(keys, { ...signature, nonce: 'another' }, body), false);
  assert.equal(isSignedBy(keys, { ...signature, serial: 'F5765756002FDD77' }, body), false);
  assert.throws(() => opened(key, { ...resource, associated_data: 'another' }));
  assert.throws(() => opened(key, { ...resource, nonce: 'Kj7QIyUiYx1r' }));
  assert.throws(() => opened(Buffer.from('testMchAPIv3Key1'), resource));
});

test('a request is signed over the lines that the documentation shows', () => {
  // pay.weixin.qq.com/wiki/doc/apiv3/wechatpay/wechatpay4_0.shtml: method, target, time, nonce, body.
  const header = authorizationOf(CONFIG, {
    method: 'GET',
    target: '/v3/certificates',
    body: '',
    timestamp: 1_554_208_460,
    nonce: '593BEC0C930BF1AFEB40B4A08C8FB242',
  });
  const form =
    /^WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",signature="([^"]+)",timestamp="1554208460",serial_no="MERCHANT1"$/;
  const [, signature = ''] = form.exec(header) ?? assert.fail(header);
  const message = 'GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n';
  const verify = createVerify('RSA-SHA256').update(message);
  assert.equal(verify.verify(MERCHANT.publicKey, signature, 'base64'), true);
});

type Asked = { readonly target: string; readonly body: Record<string, unknown> };
type Answer = { readonly status: number; readonly body: unknown; readonly isForged?: boolean };

/** Answers as WeChat Pay does: it reads nothing that the merchant has not signed, and signs what it answers. */
async function platform(answerTo: (asked: Asked) => Answer) {
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    text(request).then((body) => {
      const target = request.url ?? '';
      if (!isByMerchant(request, body)) return response.writeHead(401).end();
      const heard = { target, body: body === '' ? {} : JSON.parse(body) };
      asked.push(heard);
      const answer = answerTo(heard);
      const bytes = answer.body === null ? '' : JSON.stringify(answer.body);
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const { privateKey } = answer.isForged === true ? MERCHANT : PLATFORM;
      response.writeHead(answer.status, {
        'wechatpay-timestamp': timestamp,
        'wechatpay-nonce': 'n',
        'wechatpay-serial': 'PLATFORM1',
        'wechatpay-signature': signed(privateKey, `${timestamp}\nn\n${bytes}\n`),
      });
      return response.end(bytes);
    }, assert.fail);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    asked,
    pay: new WechatPay({ ...CONFIG, baseUrl: `http://127.0.0.1:${port}` }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isByMerchant({ headers, method, url }: http.IncomingMessage, body: string): boolean {
  const part = (name: string) =>
    new RegExp(`${name}="([^"]*)"`).exec(headers.authorization ?? '')?.[1] ?? '';
  const message = `${method}\n${url}\n${part('timestamp')}\n${part('nonce_str')}\n${body}\n`;
  const verify = createVerify('RSA-SHA256').update(message);
  return verify.verify(createPublicKey(MERCHANT.privateKey), part('signature'), 'base64');
}

test('a payment begins as a code, as an address, or within WeChat', async () => {
  await using at = await platform(({ target }) => {
    if (target.endsWith('/native')) return { status: 200, body: { code_url: 'weixin://x' } };
    if (target.endsWith('/h5')) return { status: 200, body: { h5_url: 'https://wx.example/?a=1' } };
    return { status: 200, body: { prepay_id: 'wx-prepay' } };
  });
  const native = await at.pay.begin(BEGIN);
  assert.deepEqual(native.next, { kind: 'qr', text: 'weixin://x' });
  assert.deepEqual(at.asked[0]?.body, {
    appid: 'wx-club',
    mchid: '1900000001',
    description: '德比 2 张票',
    out_trade_no: 'pay-abc',
    time_expire: '2026-11-29T19:35:00+08:00',
    notify_url: CONFIG.notifyUrl(),
    amount: { total: 38_000, currency: 'CNY' },
  });
  const h5 = await at.pay.begin({ ...BEGIN, method: 'h5' });
  const back = encodeURIComponent('https://club.example/shop/order');
  assert.deepEqual(h5.next, {
    kind: 'redirect',
    url: `https://wx.example/?a=1&redirect_url=${back}`,
  });
  const { next } = await at.pay.begin({ ...BEGIN, method: 'jsapi' });
  assert.ok(next.kind === 'jsapi');
  const { appId, timeStamp, nonceStr, package: pack, paySign = '' } = next.params;
  assert.equal(pack, 'prepay_id=wx-prepay');
  const verify = createVerify('RSA-SHA256').update(
    `${appId}\n${timeStamp}\n${nonceStr}\n${pack}\n`,
  );
  assert.equal(verify.verify(MERCHANT.publicKey, paySign, 'base64'), true);
});

test('an answer that the platform has not signed is not believed', async () => {
  await using at = await platform(() => ({ status: 200, body: { code_url: 'x' }, isForged: true }));
  await assert.rejects(at.pay.begin(BEGIN), { code: 'provider-away' });
});

test('asked what became of a payment, it tells facts', async () => {
  let state = 'NOTPAY';
  const amount = { total: 38_000, currency: 'CNY' };
  await using at = await platform(() => ({
    status: 200,
    body: { out_trade_no: 'pay-abc', transaction_id: '42000', trade_state: state, amount },
  }));
  assert.deepEqual(await at.pay.query(PAYMENT), { kind: 'facts', facts: [] });
  state = 'SUCCESS';
  assert.deepEqual(await at.pay.query(PAYMENT), {
    kind: 'facts',
    facts: [
      {
        ...{ id: 'captured:42000', payment: 'pay-abc', kind: 'captured', charge: '42000' },
        ...{ amountMinor: 38_000, currency: 'CNY', key: null },
      },
    ],
  });
  state = 'CLOSED';
  const closed = await at.pay.query(PAYMENT);
  assert.equal(closed.kind === 'facts' && closed.facts[0]?.kind, 'voided');
});

test('what is paid cannot be closed, and what nobody began is closed already', async () => {
  let code = 'ORDERPAID';
  await using at = await platform(() => ({ status: 400, body: { code } }));
  const request = { payment: PAYMENT, charge: null, amountMinor: 0, key: 'v-1' };
  const paid = await at.pay.void(request);
  assert.equal(paid.kind === 'refused' && paid.reason, 'already-captured');
  code = 'ORDERNOTEXIST';
  assert.equal((await at.pay.void(request)).kind, 'facts');
  code = 'SYSTEM_ERROR';
  await assert.rejects(at.pay.void(request), { code: 'provider-away' });
});

test('a refund is asked for by its key until it is done', async () => {
  let status = 'PROCESSING';
  await using at = await platform(() => ({
    status: 200,
    body: {
      ...{ refund_id: '50300', out_refund_no: 'r-1', transaction_id: '42000', status },
      ...{ out_trade_no: 'pay-abc', amount: { refund: 19_000, total: 38_000, currency: 'CNY' } },
    },
  }));
  const request = { payment: PAYMENT, charge: '42000', amountMinor: 19_000, key: 'r-1' };
  assert.equal((await at.pay.refund(request)).kind, 'pending');
  status = 'SUCCESS';
  const done = await at.pay.refund(request);
  assert.deepEqual(done.kind === 'facts' && done.facts[0], {
    ...{ id: 'refunded:50300', payment: 'pay-abc', kind: 'refunded', charge: '42000' },
    ...{ amountMinor: 19_000, currency: 'CNY', key: 'r-1' },
  });
  status = 'ABNORMAL';
  assert.equal((await at.pay.refund(request)).kind, 'refused');
  assert.equal(at.asked[0]?.body['out_refund_no'], 'r-1');
});

function notice(event: string, told: object): { headers: Record<string, string>; body: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', API_KEY, '0123456789ab').setAAD(Buffer.from('t'));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(told)), cipher.final()]);
  const ciphertext = Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64');
  const rest = { algorithm: 'AEAD_AES_256_GCM', associated_data: 't', nonce: '0123456789ab' };
  const body = JSON.stringify({ id: 'n', event_type: event, resource: { ...rest, ciphertext } });
  const timestamp = String(AT_MS / 1_000);
  return {
    body: Buffer.from(body),
    headers: {
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': 'n',
      'wechatpay-serial': 'PLATFORM1',
      'wechatpay-signature': signed(PLATFORM.privateKey, `${timestamp}\nn\n${body}\n`),
    },
  };
}

test('notifications become facts; forged, stale and foreign ones are refused', () => {
  const pay = new WechatPay(CONFIG);
  const transaction = {
    ...{ mchid: '1900000001', appid: 'wx-club', out_trade_no: 'pay-abc', transaction_id: '42000' },
    ...{ trade_state: 'SUCCESS', amount: { total: 38_000, currency: 'CNY' } },
  };
  const good = notice('TRANSACTION.SUCCESS', transaction);
  const read = pay.readWebhook({ ...good, nowMs: AT_MS });
  assert.equal(read.kind === 'facts' && read.facts[0]?.id, 'captured:42000');
  const refund = notice('REFUND.SUCCESS', {
    ...{ mchid: '1900000001', refund_id: '50300', out_refund_no: 'r-1', refund_status: 'SUCCESS' },
    ...{ transaction_id: '42000', out_trade_no: 'pay-abc', amount: { refund: 1, total: 2 } },
  });
  const back = pay.readWebhook({ ...refund, nowMs: AT_MS });
  assert.equal(back.kind === 'facts' && back.facts[0]?.key, 'r-1');

  const why = (given: { headers: Record<string, string>; body: Buffer }, nowMs = AT_MS) => {
    const reading = pay.readWebhook({ ...given, nowMs });
    return reading.kind === 'refused' ? reading.detail : 'taken';
  };
  assert.match(why(good, AT_MS + 600_000), /too long ago/);
  assert.match(why({ ...good, body: Buffer.from(`${good.body} `) }), /does not match/);
  assert.match(why({ ...good, headers: {} }), /does not match/);
  const foreign = notice('TRANSACTION.SUCCESS', { ...transaction, mchid: '1900000002' });
  assert.match(why(foreign), /another merchant/);
});
