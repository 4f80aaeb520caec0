import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { AttemptOutcome } from '#domain/delivery/attempts.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { OutboxPage } from '#protocol/delivery.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { until } from '../../testing/waiting.ts';
import { silentLog } from '../platform/log.ts';
import { loadMasterKey } from '../platform/secret-file.ts';
import { inTransaction } from '../platform/transaction.ts';
import { type NewMessage, tell } from './outbox.ts';
import {
  ADDRESS_KEPT_DAYS,
  type Carrier,
  forgetAddresses,
  LEASE_MS,
  OutboxSender,
} from './sender.ts';
import { SandboxTexts, textCarrier } from './text-carrier.ts';

const KEY = new Uint8Array(32).fill(7);
const START = Date.parse('2026-11-22T12:00:00Z') as Instant;
const DAY_MS = 24 * 3_600_000;
const MATCH = {
  name: { 'zh-CN': '东海 vs 滨江', en: 'Donghai v Riverside' },
  venue: { 'zh-CN': '滨江体育场', en: 'Riverside Ground' },
  startsAt: Date.parse('2026-11-29T19:30:00+08:00'),
  timeZone: 'Asia/Shanghai',
};
const APPROVED = {
  signature: '滨江票务',
  templates: { 'refund-sent': { 'zh-CN': 'SMS_1001' } },
};

function refundSent(order: string, address = '+8613800001234'): NewMessage {
  const refund = { amountMinor: 38_000, currency: 'CNY' };
  return {
    occasionKey: `refund-sent/${order}`,
    channel: 'text',
    occasion: { template: 'refund-sent', facts: { orderRef: order, match: MATCH, refund } },
    language: 'zh-CN',
    addressee: { address, name: '安娜', path: `/shop/order/${order}#SECRET` },
    event: null,
    orderRef: order,
  };
}

function write(database: TestDatabase, at: Instant, ...messages: NewMessage[]): Promise<number> {
  const deps = { masterKey: KEY, at };
  return inTransaction(database.pool, (client) => tell(client, deps, messages));
}

/** A node that sends. Its clock stands where the test puts it. */
function node(database: TestDatabase, carrier: Carrier, clock = { at: START }): OutboxSender {
  return new OutboxSender({
    pool: database.pool,
    masterKey: KEY,
    now: () => clock.at,
    log: silentLog,
    carriers: [carrier],
    chance: () => 0,
  });
}

/** Keeps whom it was asked to tell. */
function listening(outcome: AttemptOutcome = { kind: 'sent' }) {
  const told: string[] = [];
  const carrier: Carrier = {
    channel: 'text',
    async send({ addressee }) {
      told.push(addressee.address);
      return outcome;
    },
    close: () => {},
  };
  return { told, carrier };
}

async function states(database: TestDatabase): Promise<string[]> {
  const { rows } = await database.pool.query('SELECT state FROM outbox ORDER BY key');
  return rows.map(({ state }) => state as string);
}

test('a message is there if what gave cause for it is, and once, whoever tells it how often', async () => {
  await using database = await testDatabase();
  await assert.rejects(
    inTransaction(database.pool, async (client) => {
      await tell(client, { masterKey: KEY, at: START }, [refundSent('O-0')]);
      throw new Error('the refund was taken back');
    }),
  );
  const told = await Promise.all([1, 2, 3].map(() => write(database, START, refundSent('O-1'))));
  assert.deepEqual(told.sort(), [0, 0, 1]);
  assert.deepEqual(await states(database), ['waiting']);
});

test('two nodes share the work, and a message of one that died is sent by the other', async () => {
  await using database = await testDatabase();
  const { told, carrier } = listening();
  const clock = { at: START };
  const phones = Array.from({ length: 100 }, (_, n) => `+86138000${String(n).padStart(5, '0')}`);
  await write(database, START, ...phones.map((phone, n) => refundSent(`O-${n}`, phone)));
  // The first was taken by a node that then died.
  await database.pool.query(
    `UPDATE outbox SET attempts = 1, due_at = $1 WHERE key = 'refund-sent/O-0/text'`,
    [new Date(START + LEASE_MS)],
  );
  const nodes = [node(database, carrier, clock), node(database, carrier, clock)];
  for (let tried = 1; tried > 0; ) {
    const each = await Promise.all(nodes.map((one) => one.sendDue()));
    tried = Math.max(...each);
  }
  assert.equal(told.length, 99);
  clock.at = (START + LEASE_MS) as Instant;
  await nodes[0]?.sendDue();
  assert.deepEqual([told.length, new Set(told).size], [100, 100]);
});

test('what thousands are told waits behind what one is told', async () => {
  await using database = await testDatabase();
  const { told, carrier } = listening();
  const many = Array.from({ length: 50 }, (_, n) => ({
    ...refundSent(`O-${n}`, '+8610000000000'),
    isBulk: true,
  }));
  await write(database, START, ...many);
  await write(database, (START + 1_000) as Instant, refundSent('O-late'));
  await node(database, carrier, { at: (START + 2_000) as Instant }).sendDue();
  assert.equal(told[0], '+8613800001234');
});

test('an answer that comes after the lease settles nothing for whoever has it now', async () => {
  await using database = await testDatabase();
  const clock = { at: START };
  const { carrier: other } = listening({ kind: 'refused', why: 'no such number' });
  const slow: Carrier = {
    channel: 'text',
    async send() {
      clock.at = (START + LEASE_MS) as Instant;
      await node(database, other, clock).sendDue();
      return { kind: 'sent' };
    },
    close: () => {},
  };
  await write(database, START, refundSent('O-1'));
  await node(database, slow, clock).sendDue();
  assert.deepEqual(await states(database), ['failed']);
});

test('addresses are sealed, and erased when nobody needs them any more', async () => {
  await using database = await testDatabase();
  await write(database, START, refundSent('O-1', 'anna.berg@fans.example'));
  const { rows } = await database.pool.query('SELECT o::text AS row FROM outbox o');
  for (const secret of ['anna', '安娜', 'SECRET', Buffer.from('anna.berg').toString('hex')]) {
    assert.ok(!rows[0].row.includes(secret), secret);
  }
  await node(database, listening().carrier).sendDue();
  const later = (days: number) => (START + days * DAY_MS + 1) as Instant;
  assert.equal(await forgetAddresses(database.pool, later(ADDRESS_KEPT_DAYS - 1)), 0);
  assert.equal(await forgetAddresses(database.pool, later(ADDRESS_KEPT_DAYS)), 1);
  const after = await database.pool.query('SELECT addressee, masked FROM outbox');
  assert.deepEqual(after.rows, [{ addressee: null, masked: '***' }]);
});

test('a short message is a template that the network approved, and values', async () => {
  await using database = await testDatabase();
  const provider = new SandboxTexts();
  await write(database, START, refundSent('O-1'), refundSent('O-2', '+8613800000000'));
  await write(database, START, { ...refundSent('O-3'), language: 'en' });
  await node(database, textCarrier(APPROVED, provider)).sendDue();
  assert.deepEqual(await states(database), ['sent', 'waiting', 'failed']);
  const [order] = provider.orders;
  assert.deepEqual(
    [order?.templateId, order?.signature, order?.values['match'], order?.values['amount']],
    ['SMS_1001', '滨江票务', '东海 vs 滨江', '¥380.00'],
  );
});

test('staff see what did not arrive, masked, and have it sent to the right number', async () => {
  await using database = await testDatabase();
  const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-outbox-'));
  const outboxFile = path.join(dir, 'outbox.json');
  const text = { provider: 'sandbox', ...APPROVED };
  writeFileSync(outboxFile, JSON.stringify({ publicUrl: 'https://club.example', text }));
  await using hub = await HttpNode.start(database, { outboxFile });
  const masterKey = loadMasterKey(hub.dataDir);
  const wrong = { ...refundSent('O-1'), language: 'en' } as const;
  await inTransaction(database.pool, (client) =>
    tell(client, { masterKey, at: Date.now() as Instant }, [wrong]),
  );
  const look = () => hub.ask<OutboxPage>('/api/v1/outbox?order=O-1');
  const { value } = await until(8_000, look, ({ counts }) => counts.failed === 1);
  const [message] = value.messages;
  assert.deepEqual(
    [message?.to, message?.why],
    ['***1234', 'no template is approved for “refund-sent” (en)'],
  );
  assert.deepEqual(value.channels, { mail: false, text: true });
  await database.pool.query(`UPDATE outbox SET language = 'zh-CN'`);
  const resend = `/api/v1/outbox/${message?.id}/resend`;
  await hub.refuses(404, '/api/v1/outbox/m-none/resend', { body: {} });
  await hub.refuses(400, resend, { body: { to: 'nowhere' } });
  await hub.ask(resend, { body: { to: '+8613800005678' } });
  const sent = await until(8_000, look, ({ counts }) => counts.sent === 1);
  assert.equal(sent.value.messages[0]?.to, '***5678');
  const bounced = {
    body: { messageId: `<${message?.id}@club.example>`, why: '+8613800005678 is off' },
  };
  assert.deepEqual(await hub.ask('/api/v1/outbox/bounces', bounced), { isNoted: true });
  assert.deepEqual(await hub.ask('/api/v1/outbox/bounces', bounced), { isNoted: false });
  assert.equal((await look()).messages[0]?.why, '***5678 is off');
  rmSync(dir, { recursive: true });
});
