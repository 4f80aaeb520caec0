import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import type { OutboxPage } from '#protocol/delivery.ts';
import { HttpNode } from '../../testing/http-node.ts';
import {
  bodyOf,
  LETTER_KEY,
  LETTERS_AT,
  mailConfig,
  paidLetter,
  senderAt,
  statesOf,
  writeDown,
} from '../../testing/letters.ts';
import { MailServer, type Refusal } from '../../testing/mail-server.ts';
import { testDatabase } from '../../testing/postgres.ts';
import { until } from '../../testing/waiting.ts';
import { loadMasterKey } from '../platform/secret-file.ts';
import { inTransaction } from '../platform/transaction.ts';
import { tell } from './outbox.ts';
import { readOutboxConfig } from './outbox-config.ts';

test('a letter leaves with the transaction that gave cause for it, once, and reads as it was meant', async () => {
  await using database = await testDatabase();
  await using server = await MailServer.open();
  const clock = { at: LETTERS_AT };
  const sender = senderAt(database, server.port, clock);
  await assert.rejects(
    inTransaction(database.pool, async (client) => {
      await tell(client, { masterKey: LETTER_KEY, at: LETTERS_AT }, [paidLetter('O-0')]);
      throw new Error('the seat was gone');
    }),
  );
  assert.equal(await writeDown(database, LETTERS_AT, paidLetter('O-1')), 1);
  assert.equal(
    await writeDown(database, LETTERS_AT, paidLetter('O-1')),
    0,
    'the same occasion again',
  );
  assert.equal(await sender.sendDue(), 1);
  assert.equal(await sender.sendDue(), 0);
  await sender.stop();
  assert.deepEqual(await statesOf(database), ['sent']);
  const [mail, ...more] = server.received;
  assert.equal(more.length, 0);
  assert.deepEqual(mail?.to, ['anna.berg@fans.example']);
  assert.equal(mail?.headers.get('subject'), '票已出好：东海 vs 滨江，2026年11月29日 周日');
  assert.match(mail?.headers.get('from') ?? '', /滨江票务.*<tickets@club\.example>/);
  assert.equal(mail?.headers.get('reply-to'), 'help@club.example');
  assert.equal(mail?.headers.get('content-language'), 'zh-CN');
  assert.equal(mail?.headers.get('auto-submitted'), 'auto-generated');
  // What was bought is told to whoever bought it: there is nothing to unsubscribe from.
  assert.equal(mail?.headers.has('list-unsubscribe'), false);
  const link = 'https://tickets.club.example/shop/order/O-1#SECRET';
  assert.ok(bodyOf(mail, 'text/plain').includes(link), bodyOf(mail, 'text/plain'));
  assert.ok(bodyOf(mail, 'text/html').includes(`href="${link}"`));
});

test('a server that is away gets the letter when it is back, under the name it had', async () => {
  await using database = await testDatabase();
  const clock = { at: LETTERS_AT };
  const greylisted: Refusal = { code: 451, text: 'try later, anna.berg@fans.example' };
  let isAway = true;
  await using server = await MailServer.open({ refusalOf: () => (isAway ? greylisted : null) });
  const sender = senderAt(database, server.port, clock);
  await writeDown(database, LETTERS_AT, paidLetter('O-1'));
  assert.equal(await sender.sendDue(), 1);
  const { rows } = await database.pool.query('SELECT state, why, attempts FROM outbox');
  assert.deepEqual([rows[0].state, rows[0].attempts], ['waiting', 1]);
  assert.ok(!rows[0].why.includes('anna.berg'), rows[0].why);
  isAway = false;
  assert.equal(await sender.sendDue(), 0, 'not yet');
  clock.at = (LETTERS_AT + 60_000) as Instant;
  assert.equal(await sender.sendDue(), 1);
  await sender.stop();
  const id = await database.pool.query('SELECT id FROM outbox');
  assert.equal(server.received[0]?.headers.get('message-id'), `<${id.rows[0].id}@club.example>`);
});

test('whoever bought in English reads English', async () => {
  await using database = await testDatabase();
  await using server = await MailServer.open();
  const sender = senderAt(database, server.port, { at: LETTERS_AT });
  await writeDown(database, LETTERS_AT, { ...paidLetter('O-1'), language: 'en' });
  await sender.sendDue();
  await sender.stop();
  const [mail] = server.received;
  assert.equal(
    mail?.headers.get('subject'),
    'Your ticket for Donghai v Riverside, Sunday 29 November 2026',
  );
  assert.match(mail?.headers.get('from') ?? '', /^"?Riverside Tickets"? </);
  assert.equal(mail?.headers.get('content-language'), 'en');
  for (const type of ['text/plain', 'text/html']) {
    assert.ok(bodyOf(mail, type).includes('Show the code at the gate'), bodyOf(mail, type));
  }
});

test('what a server refuses for good is given up at once, and shown; our own trouble is not', async () => {
  await using database = await testDatabase();
  await using server = await MailServer.open({
    refusalOf: (address) =>
      address.startsWith('nobody') ? { code: 550, text: 'no such user' } : null,
  });
  const clock = { at: LETTERS_AT };
  const sender = senderAt(database, server.port, clock);
  await writeDown(
    database,
    LETTERS_AT,
    paidLetter('O-1', 'nobody@fans.example'),
    paidLetter('O-2'),
  );
  await sender.sendDue();
  await sender.stop();
  assert.deepEqual(await statesOf(database), ['failed', 'sent']);
  const nowhere = senderAt(database, 1, clock);
  await writeDown(database, LETTERS_AT, paidLetter('O-3'));
  await nowhere.sendDue();
  await nowhere.stop();
  assert.deepEqual(await statesOf(database), ['failed', 'sent', 'waiting']);
});

test('staff see what did not arrive, masked, correct the address and have it sent', async () => {
  await using database = await testDatabase();
  await using server = await MailServer.open({
    refusalOf: (address) =>
      address.startsWith('ana') ? { code: 550, text: 'no such user' } : null,
  });
  const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-outbox-'));
  const outboxFile = path.join(dir, 'outbox.json');
  const { login: _, ca: __, ...mail } = mailConfig(server.port);
  writeFileSync(outboxFile, JSON.stringify({ publicUrl: 'https://club.example', mail }));
  await using hub = await HttpNode.start(database, { outboxFile });
  const masterKey = loadMasterKey(hub.dataDir);
  await inTransaction(database.pool, (client) =>
    tell(client, { masterKey, at: Date.now() as Instant }, [paidLetter('O-1', 'ana@fans.example')]),
  );
  const look = () => hub.ask<OutboxPage>('/api/v1/outbox?order=O-1');
  const { value } = await until(8_000, look, ({ counts }) => counts.failed === 1);
  const [message] = value.messages;
  assert.deepEqual([message?.to, message?.state], ['a***@fans.example', 'failed']);
  assert.match(message?.why ?? '', /no such user/);
  assert.deepEqual(value.channels, { mail: true, text: false });
  await hub.refuses(404, '/api/v1/outbox/m-none/resend', { body: {} });
  await hub.refuses(400, `/api/v1/outbox/${message?.id}/resend`, { body: { to: 'nowhere' } });
  await hub.ask(`/api/v1/outbox/${message?.id}/resend`, { body: { to: 'anna@fans.example' } });
  await until(8_000, look, ({ counts }) => counts.sent === 1);
  assert.deepEqual(server.received[0]?.to, ['anna@fans.example']);
  const messageId = server.received[0]?.headers.get('message-id');
  const bounced = { body: { messageId, why: '5.2.2 mailbox of anna@fans.example is full' } };
  assert.deepEqual(await hub.ask('/api/v1/outbox/bounces', bounced), { isNoted: true });
  assert.deepEqual(await hub.ask('/api/v1/outbox/bounces', bounced), { isNoted: false });
  const after = await hub.ask<OutboxPage>('/api/v1/outbox?state=bounced');
  assert.equal(after.messages[0]?.why, '5.2.2 mailbox of a***@fans.example is full');
  rmSync(dir, { recursive: true });
});

test('a configuration that would send letters in the clear, or leaves something out, is refused', () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-outbox-'));
  const file = path.join(dir, 'outbox.json');
  const { login: _, ca: __, ...mail } = mailConfig(25);
  for (const [changed, said] of [
    [{ ...mail, host: 'mail.club.example' }, /mail\.security: none would send/],
    [{ ...mail, user: 'kaimen' }, /passwordFile belong together/],
    [{ ...mail, user: 'kaimen', passwordFile: 'absent' }, /mail\.passwordFile: ENOENT/],
    [{ ...mail, from: { ...mail.from, address: 'club' } }, /mail\.from\.address: write a mail/],
  ] as const) {
    writeFileSync(file, JSON.stringify({ publicUrl: 'https://club.example', mail: changed }));
    assert.throws(() => readOutboxConfig(file), { code: 'outbox-config', message: said });
  }
  rmSync(dir, { recursive: true });
});
