// Each thing that can be wrong with a deployment, made wrong for real.
import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createServer, type Server } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { authorityCertificate, machineCertificate, subjectOf } from '#cli/ca/certificate.ts';
import { kaimen, sendJson, standIn } from '#cli/stand-in-server.ts';
import type { NodeView } from '#protocol/node.ts';
import { lookAtBackups } from './backups.ts';
import { lookAtCertificate } from './certificates.ts';
import { lookAtDataDirectory } from './data-directory.ts';
import type { Finding } from './finding.ts';
import { listenerOf } from './ports.ts';
import { lookAtEtcd, lookAtPatroni } from './quorum.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-doctor-'));
after(() => rmSync(scratch, { recursive: true }));

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ever = {
  from: new Date(Date.now() - 40 * DAY_MS),
  until: new Date(Date.now() + 400 * DAY_MS),
};
const ground = { domains: ['ground.example'], networks: ['127.0.0.0/8'] };
const authority = authorityCertificate('Ground', keys, ground, ever);

/** Shows a certificate for these hosts that is good from and until so many days from now. */
async function shows(hosts: readonly string[], from: number, until: number) {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = {
    name: subjectOf(new X509Certificate(authority)),
    key: keys.privateKey,
    publicKey: keys.publicKey,
  };
  const valid = {
    from: new Date(Date.now() + from * DAY_MS),
    until: new Date(Date.now() + until * DAY_MS),
  };
  const machine = { use: 'server', name: hosts[0] ?? null, hosts } as const;
  const cert = machineCertificate(issuer, { ...machine, publicKey: own.publicKey }, valid);
  const key = own.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server: Server = createServer({ cert: `${cert}${authority}`, key });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const finding = await lookAtCertificate(address, Date.now());
  server.close();
  return finding;
}

function told({ state, says, mend }: Finding): string {
  return `${state}: ${says.en} → ${mend?.en ?? ''}`;
}

test('a certificate that has expired, is not good yet, or names another host is a fault', async () => {
  assert.match(told(await shows(['127.0.0.1'], -30, -1)), /^fail: expired at .* → renew it/);
  assert.match(told(await shows(['127.0.0.1'], -30, 1)), /^fail: expires in 0 days/);
  assert.match(told(await shows(['127.0.0.1'], 2, 30)), /^fail: is not good before .*clock/);
  const unknown = told(await shows(['127.0.0.1'], -1, 90));
  assert.match(unknown, /^fail: is not trusted: .* → put the whole chain .* --ca/);
  const plain = createPlain();
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const { port } = plain.address() as AddressInfo;
  assert.match(
    told(await lookAtCertificate(`https://127.0.0.1:${port}`, Date.now())),
    /no TLS handshake/,
  );
  plain.close();
});

function backupFile(dir: string, name: string, takenAt: number, writtenAt = takenAt): void {
  const manifest = { format: 'kaimen-backup', takenAt: new Date(takenAt).toISOString() };
  const file = path.join(dir, name);
  writeFileSync(file, gzipSync(`${JSON.stringify(manifest)}\nrows\n`));
  utimesSync(file, new Date(writtenAt), new Date(writtenAt));
}

test('a backup is as old as it says itself, however new the file; none is a fault', () => {
  const dir = path.join(scratch, 'backups');
  mkdirSync(dir);
  const now = Date.now();
  assert.match(told(lookAtBackups(dir, now)), /^fail: holds no backup → take one now/);
  writeFileSync(path.join(dir, 'broken.backup'), 'not gzip at all');
  assert.match(told(lookAtBackups(dir, now)), /^fail: holds no backup that can be read/);
  backupFile(dir, 'copied.backup', now - 10 * DAY_MS, now - HOUR_MS);
  assert.match(told(lookAtBackups(dir, now)), /^fail: taken 240 hours ago → /);
  backupFile(dir, 'yesterday.backup', now - 30 * HOUR_MS, now - 30 * 60_000);
  assert.match(told(lookAtBackups(dir, now)), /^warn: taken 30 hours ago → /);
  backupFile(dir, 'tonight.backup', now - 5 * HOUR_MS, now);
  assert.match(told(lookAtBackups(dir, now)), /^ok: taken 5 hours ago/);
});

test('a key that others may read is a fault, and the disk is measured', () => {
  const dir = path.join(scratch, 'data');
  mkdirSync(dir);
  writeFileSync(path.join(dir, 'master-key'), 'k', { mode: 0o600 });
  writeFileSync(path.join(dir, 'admin-token'), 't');
  chmodSync(path.join(dir, 'admin-token'), 0o644);
  const findings = lookAtDataDirectory(dir);
  const lines = findings.map(told);
  assert.ok(
    lines.some((line) => /^fail: mode 0644: other users .* → chmod 600/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => /^ok: mode 0600/.test(line)));
  assert.ok(lines.some((line) => /fdatasync p50 [\d.]+ ms, p99 [\d.]+ ms/.test(line)));
  assert.ok(lines.some((line) => /GB free/.test(line)));
  assert.match(
    told(lookAtDataDirectory(path.join(dir, 'gone'))[0] as Finding),
    /^fail: there is no such/,
  );
});

function nodeView(changes: Partial<NodeView> = {}): NodeView {
  return {
    node: 'hub',
    role: 'all',
    version: '0.1.0',
    time: new Date().toISOString(),
    startedAt: new Date().toISOString(),
    migrations: { applied: ['0001_gate'], known: ['0001_gate'] },
    store: { state: 'serving', why: null, epoch: 'one' },
    isDiskFull: false,
    lastBackupAt: new Date(Date.now() - HOUR_MS).toISOString(),
    openEvents: [],
    ...changes,
  };
}

test('nodes that differ in version, schema or clock are told, in both languages and as JSON', async () => {
  await using hub = await standIn((_, response) => sendJson(response, nodeView()));
  const odd = {
    node: 'north',
    role: 'edge',
    version: '0.0.9',
    migrations: { applied: [], known: ['0001_gate'] },
    store: { state: 'rebuilding', why: 'a lane has seen more', epoch: 'one' },
  };
  await using box = await standIn((_, response) => {
    const time = new Date(Date.now() + 60_000).toISOString();
    sendJson(response, nodeView({ ...odd, time }));
  });
  const args = ['doctor', '--url', hub.url, '--url', box.url];
  const [zh, json] = await Promise.all([
    kaimen([...args, '--lang', 'zh', '--battery-minutes', '45']),
    kaimen([...args, '--json']),
  ]);
  assert.equal(zh.code, 1, zh.stderr);
  assert.match(zh.stdout, /版本不一致：hub 0\.1\.0, north 0\.0\.9/);
  assert.match(zh.stdout, /故障 {2}数据库结构 .*还没有执行：0001_gate\n +→ 重启这个节点/);
  assert.match(zh.stdout, /故障 {2}时钟 .*相差 60\.\d\d 秒|故障 {2}时钟 .*相差 60 秒/);
  assert.match(zh.stdout, /正常 {2}供电 .*45 分钟/);
  const { isWell, findings } = JSON.parse(json.stdout) as { isWell: boolean; findings: Finding[] };
  assert.equal(isWell, false);
  const failed = findings.filter(({ state }) => state === 'fail').map(({ check }) => check);
  assert.deepEqual(failed, ['migrations', 'store', 'clock']);
  const skew = findings.find(({ check, subject }) => check === 'clock' && subject === box.url);
  assert.ok(Math.abs(Number(skew?.values['skewMs']) - 60_000) < 2_000);
});

test('a node that is not there is a fault, and the others are looked at all the same', async () => {
  await using hub = await standIn((_, response) => sendJson(response, nodeView()));
  const gone = await kaimen([
    'doctor',
    '--url',
    hub.url,
    '--url',
    'http://127.0.0.1:1',
    '--lang',
    'en',
  ]);
  assert.equal(gone.code, 1);
  assert.match(gone.stdout, /FAIL {2}Nodes {2}http:\/\/127\.0\.0\.1:1: .*\n +→ /);
  assert.match(gone.stdout, /ok {4}Nodes {2}http:\/\/127\.0\.0\.1:\d+: hub \(all\) runs/);
});

test('a cell without its majority is a fault, with one member missing something to watch', async () => {
  await using voter = await standIn((_, response) => sendJson(response, { health: 'true' }));
  const away = 'http://127.0.0.1:1';
  const [well] = await lookAtEtcd([voter.url, voter.url, voter.url]);
  assert.match(told(well as Finding), /^ok: 3 healthy, 1 more may be lost/);
  const [thin] = await lookAtEtcd([voter.url, voter.url, away]);
  assert.match(
    told(thin as Finding),
    /^warn: 2 healthy, 0 more may be lost; missing .*ECONNREFUSED/,
  );
  const [lost] = await lookAtEtcd([voter.url, away, away]);
  assert.match(told(lost as Finding), /^fail: 1 healthy, 2 needed/);
});

test('a cluster without a leader is a fault, without a synchronous standby something to watch', async () => {
  const leader = { name: 'a', role: 'leader', state: 'running' };
  const sync = { name: 'b', role: 'sync_standby', state: 'streaming' };
  for (const [members, state] of [
    [[leader, sync], 'ok'],
    [[leader], 'warn'],
    [[leader, { ...sync, state: 'starting' }], 'warn'],
    [[sync], 'fail'],
  ] as const) {
    await using member = await standIn((_, response) => sendJson(response, { members }));
    assert.equal((await lookAtPatroni(member.url)).state, state);
  }
});

test('reads what listens out of the kernel’s own table', () => {
  assert.equal(listenerOf('0100007F:1F90'), null);
  assert.deepEqual(listenerOf('00000000:1538'), { address: '0.0.0.0', port: 5432 });
  assert.equal(listenerOf('00000000000000000000000001000000:1F90'), null);
  assert.deepEqual(listenerOf('00000000000000000000000000000000:01BB'), {
    address: '::',
    port: 443,
  });
  assert.equal(listenerOf('0000000000000000FFFF00000100007F:1F90'), null);
});
