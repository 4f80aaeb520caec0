// A match that was sold is put off and then cancelled, by the command, as somebody in an office does it. The server is
// killed while it works through its orders. Everybody is told once, in the language they bought in, over SMTP; all money
// goes back the way it came, and the provider's own file says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type GroundLayout, seatCount } from '#domain/seating/ground-layout.ts';
import { freePort } from '#drill/network/free-port.ts';
import type { ChangePreview, ChangeView } from '#protocol/event-change.ts';
import type { SaleBooks } from '#protocol/sales.ts';
import type { HoldView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import type {
  CancelQuote,
  OrderCreated,
  OrderView,
  PaymentStarted,
} from '#protocol/shop-orders.ts';
import { MailServer, type ReceivedMail } from '#testing/mail-server.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';
import { areasOf, eventIn, largeLayout, saleOf } from '#testing/sale-ground.ts';
import { until } from '#testing/waiting.ts';
import { ServerProcess } from '../../src/drill/server-process.ts';
import { auditSale } from './sale-audit.ts';
import { SandboxProcess } from './sandbox-process.ts';

const KAIMEN = fileURLToPath(new URL('../../bin/kaimen.js', import.meta.url));
const EVENT = 'derby';
const ORDERS = 300;
const AT_ONCE = 12;
const ADULT_MINOR = 18_000;
const SECRET = 'sandbox-secret';
/** A change and its letters are leased: whoever died with them is waited for. */
const WORKED_THROUGH_MS = 90_000;
const TOLD_MS = 240_000;

type Bought = OrderCreated & { readonly email: string; readonly locale: 'zh-CN' | 'en' };

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-changed-'));
const whole = largeLayout();
const layout: GroundLayout = { ...whole, sections: whole.sections.slice(0, 2) };
const bought: Bought[] = [];
let database: TestDatabase;
let sandbox: SandboxProcess;
let mail: MailServer;
let server: ServerProcess;
let serving: { port: number; more: string[]; env: NodeJS.ProcessEnv };

before(async () => {
  database = await testDatabase();
  mail = await MailServer.open();
  const { host = '', port = 5432, user = '', database: name = '' } = database.connection;
  const at = encodeURIComponent(host);
  const env = { DATABASE_URL: `postgres://${user}@localhost:${port}/${name}?host=${at}` };
  const payments = path.join(scratch, 'payments');
  mkdirSync(payments);
  writeFileSync(path.join(payments, 'secret'), SECRET);
  sandbox = await SandboxProcess.start(path.join(payments, 'secret'), SECRET, []);
  const config = { url: sandbox.url, secretFile: 'secret' };
  writeFileSync(path.join(payments, 'sandbox.json'), JSON.stringify(config));
  const outbox = path.join(scratch, 'outbox.json');
  const from = {
    name: { 'zh-CN': '滨江票务', en: 'Riverside Tickets' },
    address: 't@club.example',
  };
  writeFileSync(
    outbox,
    JSON.stringify({
      publicUrl: 'https://club.example',
      mail: { host: '127.0.0.1', port: mail.port, security: 'none', from },
    }),
  );
  serving = { port: await freePort(), more: ['--outbox', outbox], env };
  server = await start();
  await putOnSale();
});

after(async () => {
  await server?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
  await mail?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

const start = () => ServerProcess.start(scratch, serving.port, serving.more, { env: serving.env });

async function putOnSale(): Promise<void> {
  await ask('PUT', `/api/v1/events/${EVENT}`, { body: eventIn(layout, EVENT) });
  const rows = layout.sections.flatMap((section) =>
    section.kind === 'standing'
      ? []
      : section.rows.flatMap(({ id: row, seats }) =>
          seats.map(({ id }) => `${section.stand},${section.id},${row},${id}`),
        ),
  );
  await ask('POST', '/api/v1/grounds/stadium/layouts/import', {
    body: ['stand,section,row,seat', ...rows, ''].join('\n'),
  });
  const file = saleOf({ layout: { ground: 'stadium', version: 1 }, areas: areasOf(layout) });
  await ask('PUT', `/api/v1/events/${EVENT}/sale`, {
    body: { file, replaces: 0, reason: 'test' },
  });
}

type Asked = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

async function answerOf(method: string, address: string, { body, headers }: Asked = {}) {
  const isText = typeof body === 'string';
  const type = isText ? 'text/csv' : 'application/json';
  return await fetch(`${server.url}${address}`, {
    method,
    headers: {
      ...(headers ?? { authorization: `Bearer ${server.adminToken}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
}

async function ask<T>(method: string, address: string, asked: Asked = {}): Promise<T> {
  const answer = await answerOf(method, address, asked);
  const said = await answer.text();
  assert.equal(answer.status, 200, `${method} ${address}: ${said.slice(0, 400)}`);
  return JSON.parse(said) as T;
}

async function buy(number: number): Promise<Bought> {
  const locale = number % 2 === 0 ? 'zh-CN' : 'en';
  const email = `fan-${number}@fans.example`;
  const headers = (what: string) => ({
    'kaimen-cart': `cart-of-a-buyer-who-is-number-${number}`,
    'idempotency-key': `"${what}-${number}"`,
  });
  const best = { types: [{ type: 'adult', count: 1 + (number % 3) }] };
  const hold = await ask<HoldView>('POST', shopPaths.holds(EVENT), {
    ...{ body: { best }, headers: headers('hold-it') },
  });
  const order = await ask<OrderCreated>('POST', shopPaths.orders(), {
    body: {
      ...{ hold: hold.id, totalMinor: hold.quote?.totalMinor },
      ...{ buyer: { name: `Fan ${number}`, email }, locale },
    },
    headers: headers('order-it'),
  });
  const secret = { 'kaimen-order': order.secret };
  const begun = await ask<PaymentStarted>('POST', shopPaths.payments(order.id), {
    body: { provider: 'sandbox', returnPath: '/shop/order' },
    headers: { ...headers('pay-it'), ...secret },
  });
  assert.ok(begun.next.kind === 'redirect');
  const paid = await fetch(begun.next.url, {
    ...{ method: 'POST', redirect: 'manual', body: 'outcome=pay' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await paid.body?.cancel();
  const look = () => ask<OrderView>('GET', shopPaths.order(order.id), { headers: secret });
  await until(60_000, look, ({ state }) => state === 'issued');
  return { ...order, email, locale };
}

type Done = { readonly code: number; readonly out: string; readonly err: string };

/** As it is typed in. */
async function kaimen(...args: readonly string[]): Promise<Done> {
  const env = { ...process.env, KAIMEN_URL: server.url, KAIMEN_TOKEN: server.adminToken };
  const child = spawn(process.execPath, [KAIMEN, ...args], { stdio: 'pipe', env });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code: code ?? -1, out, err };
}

/** One of each name: a letter may come twice, and is one. */
function lettersTo(email: string): ReceivedMail[] {
  const letters = mail.received.filter(({ to }) => to.includes(email));
  return [...new Map(letters.map((each) => [each.headers.get('message-id'), each])).values()];
}

function subjectsTo(email: string): string[] {
  return lettersTo(email).map(({ headers }) => headers.get('subject') ?? '');
}

async function finished(): Promise<ChangeView> {
  const look = () => ask<{ changes: ChangeView[] }>('GET', `/api/v1/events/${EVENT}/changes`);
  const { value } = await until(WORKED_THROUGH_MS, look, ({ changes }) =>
    changes.every(({ finishedAt }) => finishedAt !== null),
  );
  const [change] = value.changes;
  assert.ok(change !== undefined);
  return change;
}

test('it is sold, and everybody has a letter with their tickets', async () => {
  let next = 0;
  const buyer = async () => {
    for (let number = next++; number < ORDERS; number = next++) bought.push(await buy(number));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, buyer));
  const isTold = ({ email }: Bought) => lettersTo(email).length === 1;
  await until(TOLD_MS, async () => bought.every(isTold), Boolean);
  for (const { email, locale } of bought) {
    const wanted = locale === 'en' ? /^Your tickets? for / : /^票已出好：/;
    assert.match(subjectsTo(email)[0] ?? '', wanted);
  }
});

test('put off: buyers are told, and whoever does not want to wait gets all of it back', async () => {
  const [first] = bought;
  assert.ok(first !== undefined);
  const headers = { 'kaimen-order': first.secret };
  const early = await answerOf('POST', shopPaths.cancelQuote(first.id), {
    ...{ body: { lines: null }, headers },
  });
  await early.body?.cancel();
  assert.equal(early.status, 409, 'the match is tonight: by its policy nothing comes back');
  const done = await kaimen('event', 'change', EVENT, '--postponed', '--reason', 'storm');
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /300 orders, 300 buyers told/);
  await finished();
  const quote = await ask<CancelQuote>('POST', shopPaths.cancelQuote(first.id), {
    ...{ body: { lines: null }, headers },
  });
  assert.equal(quote.refundMinor, first.quote.totalMinor, 'fees, too');
  const { refundMinor } = quote;
  await ask('POST', shopPaths.cancel(first.id), { body: { lines: null, refundMinor }, headers });
  const told = async () => subjectsTo(first.email);
  const { value } = await until(TOLD_MS, told, (subjects) => subjects.length === 4);
  const wanted =
    first.locale === 'en'
      ? [/^Postponed: /, /^Tickets? cancelled: /, /^Your refund of /]
      : [/^比赛延期：/, /^已为您退票：/, /^退款已发出：/];
  for (const each of wanted)
    assert.ok(
      value.some((subject) => each.test(subject)),
      `${each}`,
    );
});

test('cancelled: said first, decided by two, gone on with after a kill, and all money is back', async (t) => {
  const dry = await kaimen('event', 'change', EVENT, '--cancelled', '--dry-run', '--json');
  const { foreseen } = JSON.parse(dry.out) as ChangePreview;
  const paid = bought.slice(1).reduce((sum, { quote }) => sum + quote.totalMinor, 0);
  assert.deepEqual([foreseen.orders, foreseen.refundMinor], [ORDERS - 1, paid]);
  const alone = await kaimen('event', 'change', EVENT, '--cancelled', '--reason', 'flood');
  assert.equal(alone.code, 1);
  assert.match(alone.err, /giving money back takes two/);
  const { token } = await ask<{ token: string }>('POST', '/api/v1/tokens', {
    body: { role: 'admin', person: 'p-second' },
  });
  const flood = ['--cancelled', '--reason', 'flood', '--second', token];
  const begun = await kaimen('event', 'change', EVENT, ...flood);
  assert.equal(begun.code, 0, begun.err);
  const { rows } = await until(
    20_000,
    () =>
      database.pool.query<{ done: { orders: number } }>(
        `SELECT done FROM event_changes WHERE change->>'kind' = 'cancelled' AND cursor <> ''`,
      ),
    (found) => found.rows.length === 1,
  ).then(({ value }) => value);
  await server.kill();
  t.diagnostic(`killed with ${rows[0]?.done.orders} of ${ORDERS - 1} orders done`);
  server = await start();
  const change = await finished();
  assert.deepEqual(change.done, change.foreseen);
  const others = bought.slice(1);
  const isTold = ({ email }: Bought) => lettersTo(email).length === 4;
  await until(
    TOLD_MS,
    async () => others.filter((each) => !isTold(each)).length,
    (n) => n === 0,
  );
  for (const { email, locale } of others) {
    const subjects = subjectsTo(email);
    const [wanted, sent] =
      locale === 'en' ? [/^Cancelled: /, /^Your refund of /] : [/^比赛取消：/, /^退款已发出：/];
    assert.equal(subjects.filter((subject) => wanted.test(subject)).length, 1, email);
    assert.equal(subjects.filter((subject) => sent.test(subject)).length, 1, email);
  }
  const audit = await auditSale(database.pool, await sandbox.bill(), seatCount(layout));
  const { heldAtProviderMinor, stillOwedMinor, jobsLeft, moneyOutOfBalanceMinor } = audit;
  assert.deepEqual(
    { heldAtProviderMinor, stillOwedMinor, jobsLeft, moneyOutOfBalanceMinor },
    { heldAtProviderMinor: 0, stillOwedMinor: 0, jobsLeft: 0, moneyOutOfBalanceMinor: 0 },
  );
  assert.equal(audit.validTickets, 0);
  const books = await ask<SaleBooks>('GET', `/api/v1/events/${EVENT}/sale/books`);
  assert.deepEqual(books.faults, []);
  assert.ok(paid > (ORDERS - 1) * ADULT_MINOR);
});
