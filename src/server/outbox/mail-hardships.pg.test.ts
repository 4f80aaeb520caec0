// What may go wrong between a node and a mail server: nodes die, wires are listened to, people write what they like.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { makeCertificate } from '../../testing/certificate.ts';
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
import { MailServer } from '../../testing/mail-server.ts';
import type { OutboxChild } from '../../testing/outbox-child.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { MailConfig } from './outbox-config.ts';
import { LEASE_MS } from './sender.ts';

const CHILD = new URL('../../testing/outbox-child.ts', import.meta.url).pathname;

test('a node that dies with a letter on its way leaves it to another: it comes twice under one name', async () => {
  await using database = await testDatabase();
  const taken = Promise.withResolvers<void>();
  const died = Promise.withResolvers<void>();
  let letters = 0;
  const onTaken = async () => {
    letters += 1;
    if (letters > 1) return;
    taken.resolve();
    await died.promise;
  };
  await using server = await MailServer.open({ onTaken });
  await writeDown(database, LETTERS_AT, paidLetter('O-1'), paidLetter('O-2'));
  const told: OutboxChild = {
    ...{ database: database.connection, mail: mailConfig(server.port), at: LETTERS_AT },
    masterKey: Buffer.from(LETTER_KEY).toString('hex'),
  };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(told)], { stdio: 'inherit' });
  await taken.promise;
  child.kill('SIGKILL');
  await once(child, 'exit');
  died.resolve();
  const clock = { at: (LETTERS_AT + LEASE_MS - 1) as Instant };
  const sender = senderAt(database, server.port, clock);
  assert.equal(await sender.sendDue(), 0, 'it may be at work still');
  clock.at = (LETTERS_AT + LEASE_MS) as Instant;
  await sender.sendDue();
  await sender.stop();
  assert.deepEqual(await statesOf(database), ['sent', 'sent']);
  const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM outbox');
  const names = server.received.map(({ headers }) => headers.get('message-id'));
  assert.deepEqual(new Set(names), new Set(rows.map(({ id }) => `<${id}@club.example>`)));
  assert.ok(names.length > 2, 'at least once, and the one it died with twice');
});

test('letters go over TLS, from the start or by STARTTLS, to a server that proves who it is', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-smtp-'));
  const { cert, keyFile } = makeCertificate(dir);
  const key = readFileSync(keyFile, 'utf8');
  rmSync(dir, { recursive: true });
  const login = { user: 'kaimen', password: 'between the two of us' };
  await using database = await testDatabase();
  const clock = { at: LETTERS_AT };
  const send = async (order: string, port: number, mail: Partial<MailConfig>) => {
    await writeDown(database, clock.at, paidLetter(order));
    const sender = senderAt(database, port, clock, mail);
    await sender.sendDue();
    await sender.stop();
    const { rows } = await database.pool.query(
      'SELECT state, why FROM outbox WHERE order_ref = $1',
      [order],
    );
    return `${rows[0].state} ${rows[0].why ?? ''}`.trim();
  };
  await using secure = await MailServer.open({ tls: { from: 'start', key, cert }, login });
  assert.equal(await send('O-1', secure.port, { security: 'tls', ca: cert, login }), 'sent');
  assert.match(
    await send('O-2', secure.port, { security: 'tls', login }),
    /^waiting .*self.signed/,
  );
  await using upgraded = await MailServer.open({ tls: { from: 'starttls', key, cert }, login });
  assert.equal(await send('O-3', upgraded.port, { security: 'starttls', ca: cert, login }), 'sent');
  assert.deepEqual(
    [...secure.received, ...upgraded.received].map(({ isSecure }) => isSecure),
    [true, true],
  );
  await using plain = await MailServer.open();
  assert.match(await send('O-4', plain.port, { security: 'starttls', ca: cert }), /^waiting /);
  assert.equal(plain.received.length, 0, 'rather not at all than in the clear');
});

test('no name and no address makes a header, a second reader or a paragraph', async () => {
  await using database = await testDatabase();
  await using server = await MailServer.open();
  const sender = senderAt(database, server.port, { at: LETTERS_AT });
  const named = paidLetter('O-1');
  const name = '安娜\r\nBcc: all@fans.example\r\n\r\nPay again at https://elsewhere.example';
  const wrong = [
    'a@fans.example\r\nBcc: all@fans.example',
    'a@fans.example, b@fans.example',
    'a@fans.example>\r\nRCPT TO:<b@fans.example',
    'fans.example',
  ];
  await writeDown(
    database,
    LETTERS_AT,
    { ...named, addressee: { ...named.addressee, name } },
    ...wrong.map((address, index) => paidLetter(`O-${index + 2}`, address)),
  );
  await sender.sendDue();
  await sender.stop();
  assert.deepEqual(await statesOf(database), ['sent', ...wrong.map(() => 'failed')]);
  const [mail, ...more] = server.received;
  assert.deepEqual([mail?.to, more.length], [['anna.berg@fans.example'], 0]);
  assert.equal(mail?.headers.has('bcc'), false);
  assert.match(bodyOf(mail, 'text/plain'), /^安娜 Bcc: .*，您好：$/m);
});
