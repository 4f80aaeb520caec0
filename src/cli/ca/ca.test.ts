// Certificates of a private authority, judged by the TLS of this Node.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { followTls, readTls } from '#server/platform/http/tls-files.ts';
import { silentLog } from '#server/platform/log.ts';
import { until } from '../../testing/waiting.ts';
import { kaimen } from '../stand-in-server.ts';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-ca-'));
const dir = path.join(scratch, 'ca');

before(async () => {
  const place = ['--domain', 'gate.example', '--network', '127.0.0.0/8'];
  assert.equal(await run('ca', 'init', '--dir', dir, '--name', 'Riverside 球场', ...place), 0);
});

after(() => rmSync(scratch, { recursive: true, force: true }));

test('devices that trust the authority believe a box of the ground, by name and by address', async () => {
  const box = await issue('north', 'north.gate.example', '127.0.0.1');
  assert.equal(await judge(box, 'north.gate.example'), 'trusted');
  assert.equal(await judge(box, '127.0.0.1'), 'trusted');
  assert.notEqual(await judge(box, 'south.gate.example'), 'trusted');
});

test('what the authority signs outside of its ground nobody believes', async () => {
  for (const host of ['bank.example', '192.0.2.7']) {
    assert.match(await judge(await issue(host, host), host), /permitted subtree violation/);
  }
});

test('a member may ask and answer, a client only ask; neither has a name unless it was given one', async () => {
  const usesOf = (pem: X509Certificate) => [...(pem.keyUsage ?? [])].sort();
  const SERVER = '1.3.6.1.5.5.7.3.1';
  const CLIENT = '1.3.6.1.5.5.7.3.2';
  for (const [use, name, uses] of [
    ['server', 'CN=box.gate.example', [SERVER]],
    ['member', undefined, [SERVER, CLIENT]],
    ['client', undefined, [CLIENT]],
    ['client', 'CN=replicator', [CLIENT]],
  ] as const) {
    const own = name?.startsWith('CN=box') === false ? ['--name', name.slice(3)] : [];
    const out = path.join(scratch, `${use}-${own.length}`);
    const options = ['--use', use, ...own, '--dir', dir, '--out', out];
    assert.equal(await run('ca', 'issue', 'box.gate.example', ...options), 0);
    const pem = new X509Certificate(readFileSync(path.join(out, 'box.pem')));
    assert.deepEqual([pem.subject, usesOf(pem)], [name, uses]);
    assert.ok(pem.checkIssued(new X509Certificate(readFileSync(path.join(dir, 'ca.pem')))));
  }
  assert.equal(await run('ca', 'issue', 'x', '--use', 'king', '--dir', dir, '--out', scratch), 2);
});

test('an authority for all the world is not made, and none that is there is overwritten', async () => {
  const other = path.join(scratch, 'other');
  assert.equal(await run('ca', 'init', '--dir', other, '--name', 'x'), 2);
  assert.equal(await run('ca', 'init', '--dir', dir, '--name', 'x', '--domain', 'a.example'), 1);
});

test('a server goes on with a new certificate by itself, and keeps the old one while half is replaced', async () => {
  const first = await issue('first', 'first.gate.example');
  const second = await issue('second', 'second.gate.example');
  const files = { certFile: path.join(first, 'box.pem'), keyFile: path.join(first, 'box-key.pem') };
  const server = https.createServer(readTls(files)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stopping = new AbortController();
  followTls(server, files, silentLog, stopping.signal);
  cpSync(path.join(second, 'box-key.pem'), files.keyFile);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert.equal(await shake(server, 'first.gate.example'), 'trusted');
  cpSync(path.join(second, 'box.pem'), files.certFile);
  const look = () => shake(server, 'second.gate.example');
  await until(5_000, look, (found) => found === 'trusted');
  stopping.abort();
  server.close();
});

async function issue(name: string, ...hosts: string[]): Promise<string> {
  const out = path.join(scratch, name);
  assert.equal(await run('ca', 'issue', ...hosts, '--dir', dir, '--out', out), 0);
  return out;
}

async function judge(box: string, host: string): Promise<string> {
  const certFile = path.join(box, 'box.pem');
  const server = https.createServer(readTls({ certFile, keyFile: path.join(box, 'box-key.pem') }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return await shake(server, host).finally(() => server.close());
}

function shake(server: https.Server, host: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const ca = readFileSync(path.join(dir, 'ca.pem'));
  return new Promise((resolve) => {
    const name = /^[\d.]+$/.test(host) ? {} : { servername: host };
    const socket = connect({ port, host: '127.0.0.1', ca, ...name });
    socket
      .once('secureConnect', () => resolve('trusted'))
      .once('error', (error) => {
        resolve(error.message);
      });
    socket.once('secureConnect', () => socket.destroy());
  });
}

async function run(...args: string[]): Promise<number | null> {
  return (await kaimen(args)).code;
}
