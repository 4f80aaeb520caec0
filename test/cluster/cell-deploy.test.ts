// What deploy/cell says puts up a cell: etcd takes the member's file, and the script gives the cell its passwords.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '#drill/network/free-port.ts';
import { readCellConfig } from '#server/cell/cell-config.ts';
import { Etcd } from '#server/cell/etcd.ts';
import { makeRoom, moveLeader, statusOf } from '#server/cell/members.ts';
import { put } from '#server/cell/wire.ts';
import { missingEtcd } from '../../src/testing/cluster/etcd-cluster.ts';

const skip = missingEtcd() ?? false;
const DEPLOY = new URL('../../deploy/cell/', import.meta.url).pathname;
const KAIMEN = new URL('../../bin/kaimen.js', import.meta.url).pathname;
const UP_WITHIN_MS = 20_000;
const PASSWORDS = { root: 'of-root-at-home', kaimen: 'of-each-node' };

let dir: string;
let endpoints: string[];
const members: { stop(): Promise<void> }[] = [];

before(async () => {
  if (skip !== false) return;
  dir = mkdtempSync(path.join(tmpdir(), 'kaimen-cell-deploy-'));
  await issueCertificates();
  for (const [user, password] of Object.entries(PASSWORDS)) {
    writeFileSync(path.join(dir, user), `${password}\n`);
  }
  const names = ['box-1', 'box-2', 'box-3'];
  const ports = await Promise.all(names.map(async () => [await freePort(), await freePort()]));
  const peers = names.map((name, at) => `${name}=https://127.0.0.1:${ports[at]?.[1]}`).join();
  names.forEach((name, at) => {
    const [client, peer] = (ports[at] ?? []).map((port) => `https://127.0.0.1:${port}`);
    members.push(
      startMember({
        ...theFile(),
        ETCD_NAME: name,
        ETCD_DATA_DIR: path.join(dir, name),
        ETCD_LISTEN_CLIENT_URLS: client,
        ETCD_ADVERTISE_CLIENT_URLS: client,
        ETCD_LISTEN_PEER_URLS: peer,
        ETCD_INITIAL_ADVERTISE_PEER_URLS: peer,
        ETCD_INITIAL_CLUSTER: peers,
      }),
    );
  });
  endpoints = ports.map(([client]) => `https://127.0.0.1:${client}`);
});

after(async () => {
  for (const member of members) await member.stop();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
});

/** As README.md says, by the authority of a ground. */
async function issueCertificates(): Promise<void> {
  const ca = path.join(dir, 'ca');
  const place = ['--domain', 'gate.example', '--network', '127.0.0.0/8'];
  await kaimen('init', '--dir', ca, '--name', 'Riverside', ...place);
  await kaimen('issue', '127.0.0.1', '--use', 'member', '--dir', ca, '--out', `${dir}/member`);
  const node = ['node-1.gate.example', '--use', 'client', '--dir', ca];
  await kaimen('issue', ...node, '--out', `${dir}/node`);
  await kaimen('issue', ...node, '--name', 'node-1', '--out', `${dir}/named`);
}

async function kaimen(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [KAIMEN, 'ca', ...args]);
}

/** `member.env` with the certificates of this test. */
function theFile(): Record<string, string> {
  const lines = readFileSync(path.join(DEPLOY, 'member.env'), 'utf8')
    .replaceAll('/etc/kaimen/cell/member-key.pem', path.join(dir, 'member/box-key.pem'))
    .replaceAll('/etc/kaimen/cell/member.pem', path.join(dir, 'member/box.pem'))
    .replaceAll('/etc/kaimen/cell/ca.pem', path.join(dir, 'ca/ca.pem'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function startMember(env: Record<string, string | undefined>) {
  const dying = ['--pdeathsig', 'KILL', 'etcd', '--log-level', 'error'];
  const child = spawn('setpriv', dying, { env: { ...process.env, ...env }, stdio: 'ignore' });
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The file of a node, as `cell.json` has it. */
function nodeOf(more: Record<string, unknown>): Etcd {
  const file = path.join(dir, 'cell.json');
  const shipped = JSON.parse(readFileSync(path.join(DEPLOY, 'cell.json'), 'utf8'));
  const { user, passwordFile, ...rest } = shipped;
  assert.deepEqual([user, passwordFile], ['kaimen', 'cell-password']);
  const tls = { ca: 'ca/ca.pem', cert: 'node/box.pem', key: 'node/box-key.pem' };
  writeFileSync(file, JSON.stringify({ ...rest, ...tls, endpoints, ...more }));
  return new Etcd(readCellConfig(file));
}

async function makeUsers(): Promise<string> {
  const env = {
    ...process.env,
    ETCDCTL_ENDPOINTS: endpoints[0],
    ETCDCTL_CACERT: path.join(dir, 'ca/ca.pem'),
    ETCDCTL_CERT: path.join(dir, 'node/box.pem'),
    ETCDCTL_KEY: path.join(dir, 'node/box-key.pem'),
  };
  const files = ['root', 'kaimen'].map((user) => path.join(dir, user));
  const { stdout } = await promisify(execFile)(path.join(DEPLOY, 'make-users.sh'), files, { env });
  return stdout;
}

test('three members come up by the file, and take whoever has a certificate', {
  skip,
}, async () => {
  using etcd = nodeOf({});
  const until = Date.now() + UP_WITHIN_MS;
  for (;;) {
    const isUp = await etcd.txn([], [put('/kaimen/x', '1')]).then(
      () => true,
      () => false,
    );
    if (isUp) break;
    assert.ok(Date.now() < until, 'the cell did not come up');
    await pause(100);
  }
});

test('after the script only a node with the password is heard, and it may do what nodes do', {
  skip,
}, async () => {
  assert.match(await makeUsers(), /Authentication Enabled/);
  using stranger = nodeOf({});
  await assert.rejects(stranger.txn([], [put('/kaimen/x', '2')]));
  using node = nodeOf({ user: 'kaimen', passwordFile: 'kaimen' });
  await node.txn([], [put('/kaimen/x', '3')]);
  const { members: voters } = await statusOf(node);
  assert.deepEqual(voters.map(({ name }) => name).sort(), ['box-1', 'box-2', 'box-3']);
  const other = voters.find(({ isLeader }) => !isLeader)?.name ?? '';
  await moveLeader(node, other);
  assert.equal((await makeRoom(node)).isFull, false);
  assert.match(await makeUsers(), /already/);
});

test('a certificate with a name is refused before etcd refuses all that comes with it', {
  skip,
}, () => {
  const named = { cert: 'named/box.pem', key: 'named/box-key.pem' };
  const login = { user: 'kaimen', passwordFile: 'kaimen' };
  assert.throws(() => nodeOf({ ...named, ...login }), /cert: it has the common name “node-1”/);
});
