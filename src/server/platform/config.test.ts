import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readConfig, UsageError } from './config.ts';

test('listens on this machine alone unless it has a certificate', () => {
  assert.equal(readConfig(['serve'], {}).host, '127.0.0.1');
  for (const host of ['127.0.0.1', '::1', 'localhost']) {
    assert.equal(readConfig(['serve', '--host', host], {}).host, host);
  }
  const tls = ['--tls-cert', 'cert.pem', '--tls-key', 'key.pem'];
  for (const host of ['0.0.0.0', '::', '192.168.1.20', 'gate.example', '127.0.0.1.example', '']) {
    assert.throws(() => readConfig(['serve', '--host', host], {}), UsageError, host);
    assert.equal(readConfig(['serve', '--host', host, ...tls], {}).host, host);
  }
});

test('says what to write instead of what it does not know', () => {
  const bad: readonly [string[], RegExp][] = [
    [['serve', '--port', '80800'], /--port 80800: give a number from 0 to 65535/],
    [['serve', '--port', '80.5'], /--port/],
    [['serve', '--port', 'http'], /--port/],
    [['serve', '--tls-cert', 'cert.pem'], /belong together/],
    [['serve', '--tls-key', 'key.pem'], /belong together/],
    [['serve', '--role', 'edge'], /--role edge/],
    [['serve', '--log-level', 'loud'], /--log-level loud/],
    [['serve', '--colour'], /--colour/],
    [['sing'], /unknown command “sing”: serve, restore, rescue or override/],
  ];
  for (const [args, words] of bad) {
    assert.throws(() => readConfig(args, {}), words, args.join(' '));
    assert.throws(() => readConfig(args, {}), UsageError);
  }
});

test('is the system that opens the gates unless it says that it is not', () => {
  assert.equal(readConfig(['serve'], {}).isStaging, false);
  assert.equal(readConfig(['serve', '--staging'], {}).isStaging, true);
});

test('takes the address of the database from a file, so that no process list shows its password', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'kaimen-config-')), 'url');
  writeFileSync(file, 'postgres://kaimen:secret@db/kaimen\n');
  const env = { DATABASE_URL_FILE: file };
  assert.equal(readConfig(['serve'], env).databaseUrl, 'postgres://kaimen:secret@db/kaimen');
  const both = { ...env, DATABASE_URL: 'postgres://db' };
  assert.throws(() => readConfig(['serve'], both), /leave one of them out/);
  assert.throws(() => readConfig(['serve'], { DATABASE_URL_FILE: `${file}.gone` }), UsageError);
  rmSync(path.dirname(file), { recursive: true });
});
