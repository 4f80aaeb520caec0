import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { KnownPayment } from '../provider.ts';
import { Stripe, type StripeConfig } from './stripe-pay.ts';

const SECRET = 'whsec_test_secret';
const CONFIG: StripeConfig = {
  ...{ secretKey: 'sk_test_club', webhookSecret: SECRET, baseUrl: '', answerWithinMs: 2_000 },
};
const PAYMENT: KnownPayment = {
  ...{ id: 'pay-abc', providerRef: 'cs_1', amountMinor: 38_000, currency: 'CNY' },
};
const AT_MS = 1_492_774_577_000;

function intentOf(status: string, received = 0) {
  return {
    ...{ object: 'payment_intent', id: 'pi_1', status, amount: 38_000, amount_received: received },
    ...{ currency: 'cny', metadata: { payment: 'pay-abc' } },
  };
}

/** As docs.stripe.com/webhooks says to compute it: HMAC-SHA-256 of `t.body`, in hexadecimal. */
function signedEvent(type: string, object: object, secret = SECRET) {
  const body = JSON.stringify({ id: 'evt_1', type, data: { object } });
  const time = AT_MS / 1_000;
  const mac = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const headers = { 'stripe-signature': `t=${time},v1=${mac},v0=6ffbb59b2300aae63f272406069a9788` };
  return { headers, body: Buffer.from(body), nowMs: AT_MS };
}

test('events become facts; tampered, stale and foreign ones are refused', () => {
  const stripe = new Stripe(CONFIG);
  const good = signedEvent(
    'payment_intent.amount_capturable_updated',
    intentOf('requires_capture'),
  );
  const read = stripe.readWebhook(good);
  assert.deepEqual(read.kind === 'facts' && read.facts[0], {
    ...{ id: 'authorised:pi_1', payment: 'pay-abc', kind: 'authorised', charge: 'pi_1' },
    ...{ amountMinor: 38_000, currency: 'CNY', key: null },
  });
  const made = {
    ...{ object: 'refund', id: 're_1', status: 'succeeded', amount: 19_000, currency: 'cny' },
    ...{ payment_intent: 'pi_1', metadata: { payment: 'pay-abc', key: 'r-1' } },
  };
  const back = stripe.readWebhook(signedEvent('refund.updated', made));
  assert.equal(back.kind === 'facts' && back.facts[0]?.key, 'r-1');
  const other = stripe.readWebhook(signedEvent('customer.created', { object: 'customer' }));
  assert.deepEqual(other.kind === 'facts' && other.facts, []);

  const why = (given: typeof good) => {
    const reading = stripe.readWebhook(given);
    return reading.kind === 'refused' ? reading.detail : 'taken';
  };
  assert.match(why({ ...good, body: Buffer.from(`${good.body} `) }), /does not match/);
  assert.match(why(signedEvent('x', {}, 'whsec_another')), /does not match/);
  assert.match(why({ ...good, nowMs: AT_MS + 301_000 }), /too long ago/);
  assert.match(why({ ...good, headers: { 'stripe-signature': 'v1=ab' } }), /not of the form/);
  const two = {
    'stripe-signature': good.headers['stripe-signature'].replace(',v1=', ',v1=00,v1='),
  };
  assert.equal(why({ ...good, headers: two }), 'taken', 'while secrets are changed there are two');
});

type Asked = { readonly path: string; readonly key: string; readonly form: Record<string, string> };

async function api(answerTo: (asked: Asked) => readonly [number, object]) {
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    text(request).then((body) => {
      const key = String(request.headers['idempotency-key'] ?? '');
      const form = Object.fromEntries(new URLSearchParams(body));
      const heard = { path: `${request.method} ${request.url}`, key, form };
      asked.push(heard);
      const [status, answer] = answerTo(heard);
      response.writeHead(status).end(JSON.stringify(answer));
    }, assert.fail);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    asked,
    stripe: new Stripe({ ...CONFIG, baseUrl: `http://127.0.0.1:${port}` }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sessionOf(status: string, intent: object | null) {
  return {
    ...{ object: 'checkout.session', id: 'cs_1', url: 'https://checkout.example/cs_1', status },
    ...{ client_reference_id: 'pay-abc', payment_intent: intent },
  };
}

test('begun on a page, under a key, to be captured by us', async () => {
  await using at = await api(() => [200, sessionOf('open', null)]);
  const { next, providerRef } = await at.stripe.begin({
    ...{ payment: 'pay-abc', amountMinor: 38_000, currency: 'CNY', description: 'Derby' },
    ...{ returnUrl: 'https://club.example/shop/order', expiresAt: AT_MS, method: null },
    buyer: { ip: '203.0.113.7', openId: null },
  });
  assert.deepEqual([next.kind, providerRef], ['redirect', 'cs_1']);
  const [{ key, form } = assert.fail('it was asked')] = at.asked;
  assert.equal(key, 'pay-abc');
  assert.equal(form['payment_intent_data[capture_method]'], 'manual');
  assert.equal(form['line_items[0][price_data][unit_amount]'], '38000');
});

test('captured, let go and given back; what came otherwise is looked at', async () => {
  let state = intentOf('succeeded', 38_000);
  let isRefused = false;
  await using at = await api(({ path }) => {
    if (isRefused && path.startsWith('POST')) {
      return [400, { error: { code: 'payment_intent_unexpected_state' } }];
    }
    if (path.includes('/checkout/')) return [200, sessionOf('complete', state)];
    return [200, state];
  });
  const request = { payment: PAYMENT, charge: 'pi_1', amountMinor: 38_000, key: 'c-1' };
  const captured = await at.stripe.capture(request);
  assert.equal(captured.kind === 'facts' && captured.facts[0]?.id, 'captured:pi_1');
  const found = await at.stripe.query(PAYMENT);
  assert.deepEqual(found, captured);
  isRefused = true;
  assert.deepEqual(await at.stripe.capture(request), captured, 'captured before, and not answered');
  const late = await at.stripe.void({ ...request, charge: null });
  assert.equal(late.kind === 'refused' && late.reason, 'already-captured');
  state = intentOf('canceled');
  assert.equal((await at.stripe.capture(request)).kind, 'refused');
  const gone = await at.stripe.void({ ...request, charge: null });
  assert.equal(gone.kind === 'facts' && gone.facts[0]?.id, 'voided:pi_1');
  assert.equal((await at.stripe.refund(request)).kind, 'refused');
});
