import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesSeveralHosts, readDatabaseUrl } from './database-url.ts';

test('reads several hosts from an address, each with its port or the usual one', () => {
  const target = readDatabaseUrl('postgresql://k%40m:s%3Acret@a:5433,b,[::1]:5434/kaimen');
  assert.deepEqual(target.hosts, [
    { host: 'a', port: 5433 },
    { host: 'b', port: 5432 },
    { host: '::1', port: 5434 },
  ]);
  assert.equal(target.user, 'k@m');
  assert.equal(target.password, 's:cret');
  assert.equal(target.database, 'kaimen');
  assert.equal(target.tls, null);
});

test('reads libpq’s words, quoted or not, and one port for all hosts', () => {
  const target = readDatabaseUrl(
    `host=a,b port=6432 dbname='the club' user=kaimen target_session_attrs=read-write`,
  );
  assert.deepEqual(
    target.hosts.map(({ host, port }) => `${host}:${port}`),
    ['a:6432', 'b:6432'],
  );
  assert.equal(target.database, 'the club');
});

test('knows several hosts from one', () => {
  for (const several of [
    'postgresql://k@a,b/kaimen',
    'host=a,b user=k',
    'postgres:///x?host=a,b',
  ]) {
    assert.ok(namesSeveralHosts(several), several);
  }
  for (const one of ['postgresql://k@a/kaimen', 'host=a user=k', 'postgresql://k:p,w@a/kaimen']) {
    assert.ok(!namesSeveralHosts(one), one);
  }
});

for (const [text, said] of [
  ['postgresql://a,b/x?target_session_attrs=any', /only read-write/],
  ['postgresql://a,b/x?sslmode=prefer', /verify-full, verify-ca, require or disable/],
  ['postgresql://a,b/x?hostaddr=1', /“hostaddr” is not known/],
  ['postgresql://a:1,b:2:3/x', /no host and port/],
  ['host=a,b port=1,2,3', /one port for all hosts, or one for each/],
  ['postgresql://a,b/x?sslrootcert=/none', /\/none: ENOENT/],
  ['', /write postgresql/],
] as const) {
  test(`refuses “${text}” and says why`, () => {
    assert.throws(() => readDatabaseUrl(text), said);
  });
}
