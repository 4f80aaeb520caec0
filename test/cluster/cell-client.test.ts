// The cell by its gateway: certificates, users, members that fall away, a quota that is reached.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type CellConfig, readCellConfig } from '#server/cell/cell-config.ts';
import { Etcd } from '#server/cell/etcd.ts';
import { makeRoom, moveLeader, statusOf } from '#server/cell/members.ts';
import { get, isAt, nested, put } from '#server/cell/wire.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { makeCertificate } from '../../src/testing/certificate.ts';
import {
  EtcdCluster,
  missingEtcd,
  PATIENCE,
  post,
} from '../../src/testing/cluster/etcd-cluster.ts';

const skip = missingEtcd() ?? false;
const THREE = ['a', 'b', 'c'].map((name) => ({ name, host: '127.0.0.1' }));

function configOf(cluster: EtcdCluster, more: Partial<CellConfig> = {}): CellConfig {
  const { endpoints } = cluster;
  return { endpoints, prefix: '/kaimen', venue: [], tls: {}, login: null, ...more };
}

test('takes text and 64-bit ids as they are, and fails one nested transaction alone', {
  skip,
}, async () => {
  await using cluster = await EtcdCluster.start(THREE);
  using etcd = new Etcd(configOf(cluster));
  await etcd.txn([], [put('/kaimen/门', '开')]);
  const answer = await etcd.txn(
    [],
    [
      nested([isAt('/kaimen/门', '0')], [put('/kaimen/门', 'x')], [get('/kaimen/门')]),
      nested([isAt('/kaimen/b', '0')], [put('/kaimen/b', 'y')], [get('/kaimen/b')]),
    ],
  );
  assert.equal(answer.parts[0]?.nested?.succeeded, false);
  assert.equal(answer.parts[0]?.nested?.parts[0]?.kvs[0]?.value, '开');
  assert.equal(answer.parts[1]?.nested?.succeeded, true);
  const { members } = await statusOf(etcd);
  assert.equal(members.length, 3);
  for (const { id } of members) assert.match(id, /^\d{15,20}$/);
  const next = members.find(({ isLeader }) => !isLeader)?.name ?? '';
  await moveLeader(etcd, next);
  assert.equal((await cluster.leader()).name, next);
  await assert.rejects(moveLeader(etcd, 'nobody'), /no member of the cell/);
});

test('goes on without a member at once, and says unavailable in time without a majority', {
  skip,
}, async () => {
  await using cluster = await EtcdCluster.start(THREE);
  using etcd = new Etcd(configOf(cluster));
  await cluster.moveLeader('b');
  cluster.member('a').freeze();
  const from = performance.now();
  await etcd.txn([], [put('/kaimen/x', '1')]);
  assert.ok(performance.now() - from < 400 * PATIENCE, 'a member that says nothing costs one wait');
  await cluster.member('c').kill();
  const alone = performance.now();
  await assert.rejects(etcd.txn([], [put('/kaimen/x', '2')]), isUnavailable);
  assert.ok(performance.now() - alone < 900 * PATIENCE);
});

function isUnavailable(error: unknown): boolean {
  return error instanceof HttpProblem && error.code === 'unavailable';
}

test('proves itself by user and password, and again when its token has run out', {
  skip,
}, async () => {
  await using cluster = await EtcdCluster.start(THREE.slice(0, 1), {
    flags: ['--auth-token-ttl', '1'],
  });
  const [endpoint = ''] = cluster.endpoints;
  for (const [path, body] of [
    ['/v3/auth/user/add', { name: 'root', password: 'geheim' }],
    ['/v3/auth/role/add', { name: 'root' }],
    ['/v3/auth/user/grant', { user: 'root', role: 'root' }],
    ['/v3/auth/enable', {}],
  ] as const) {
    await post(endpoint, path, body);
  }
  using stranger = new Etcd(configOf(cluster));
  await assert.rejects(stranger.txn([], [put('/kaimen/x', '1')]));
  using wrong = new Etcd(configOf(cluster, { login: { user: 'root', password: 'falsch' } }));
  await assert.rejects(wrong.txn([], [put('/kaimen/x', '1')]));
  using etcd = new Etcd(configOf(cluster, { login: { user: 'root', password: 'geheim' } }));
  await until(() => etcd.txn([], [put('/kaimen/x', '1')]));
  await pause(2_500);
  await until(() => etcd.txn([], [put('/kaimen/x', '2')]));
});

test('a cell at its quota says storage-full, and takes writes again once room was made', {
  skip,
}, async () => {
  await using cluster = await EtcdCluster.start(THREE, {
    flags: ['--quota-backend-bytes', `${4 * 1024 * 1024}`],
  });
  using etcd = new Etcd(configOf(cluster));
  const fill = async () => {
    for (let n = 0; n < 200; n++) await etcd.txn([], [put('/kaimen/fill', 'x'.repeat(100_000))]);
  };
  await assert.rejects(
    fill(),
    (error) => error instanceof HttpProblem && error.code === 'storage-full',
  );
  assert.equal((await statusOf(etcd)).isFull, true);
  const after = await makeRoom(etcd);
  assert.equal(after.isFull, false);
  await etcd.txn([], [put('/kaimen/x', '1')]);
});

test('shows its certificate to members that ask for one, and is refused without', {
  skip,
}, async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-tls-'));
  try {
    const { certFile, keyFile, cert } = makeCertificate(dir);
    const tls = { ca: certFile, cert: certFile, key: keyFile };
    await using cluster = await EtcdCluster.start(THREE.slice(0, 1), { tls });
    const file = path.join(dir, 'cell.json');
    const { endpoints } = cluster;
    writeFileSync(
      file,
      JSON.stringify({ endpoints, ca: 'cert.pem', cert: 'cert.pem', key: keyFile }),
    );
    using etcd = new Etcd(readCellConfig(file));
    await until(() => etcd.txn([], [put('/kaimen/x', '1')]));
    using stranger = new Etcd(configOf(cluster, { tls: { ca: cert } }));
    await assert.rejects(stranger.txn([], [put('/kaimen/x', '2')]), isUnavailable);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

for (const [what, content, words] of [
  ['no list of members', { endpoints: [] }, /endpoints/],
  ['an address in the clear', { endpoints: ['http://10.0.0.1:2379'] }, /in the clear/],
  ['a user without a password', { endpoints: ['http://127.0.0.1:1'], user: 'x' }, /passwordFile/],
  ['a field it does not know', { endpoints: ['http://127.0.0.1:1'], endpoint: 'x' }, /endpoint/],
  ['a file that is not there', { endpoints: ['http://127.0.0.1:1'], ca: 'none.pem' }, /ca:/],
] as const) {
  test(`refuses a cell’s file with ${what}`, () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-cell-'));
    const file = path.join(dir, 'cell.json');
    writeFileSync(file, JSON.stringify(content));
    try {
      assert.throws(() => readCellConfig(file), words);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
}

async function until(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries > 20) throw error;
    }
  }
}
