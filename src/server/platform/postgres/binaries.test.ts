import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  NOBODY,
  openTemporaryDirectory,
  whyNotAsNobody,
} from '../../../testing/postgres-process.ts';
import { prepareBinaries } from './binaries.ts';
import { canRead } from './os-user.ts';

/** The form of the npm package before its install script has run, with nothing inside. */
function fakePackage(dir: string, version: string): string {
  for (const folder of ['bin', 'lib', 'share']) {
    mkdirSync(path.join(dir, 'native', folder), { recursive: true });
  }
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ version }));
  for (const file of ['bin/postgres', 'bin/initdb']) {
    writeFileSync(path.join(dir, 'native', file), '', { mode: 0o755 });
  }
  writeFileSync(path.join(dir, 'native', 'lib', 'libpq.so.5.18'), '');
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
  writeFileSync(path.join(dir, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  return dir;
}

test('makes the links between libraries that npm --ignore-scripts leaves out, once', () => {
  using scratch = openTemporaryDirectory();
  const dir = fakePackage(path.join(scratch.path, 'package'), '0.0.0');
  const binaries = prepareBinaries(dir, null);
  assert.equal(binaries.postgres, path.join(dir, 'native', 'bin', 'postgres'));
  assert.equal(readlinkSync(path.join(dir, 'native', 'lib', 'libpq.so.5')), 'libpq.so.5.18');
  assert.deepEqual(prepareBinaries(dir, null), binaries);
});

test("uses a copy when PostgreSQL's user cannot get to the installed programs", (t) => {
  const why = whyNotAsNobody();
  if (why) return t.skip(why);
  using scratch = openTemporaryDirectory();
  const closed = path.join(scratch.path, 'home');
  const cache = path.join(scratch.path, 'cache');
  const dir = fakePackage(path.join(closed, 'package'), '1.2.3');
  chmodSync(closed, 0o700);
  const { postgres } = prepareBinaries(dir, NOBODY, [cache]);
  assert.ok(postgres.startsWith(path.join(cache, 'postgres-1.2.3-')));
  assert.ok(canRead(postgres, NOBODY));
  assert.ok(existsSync(path.join(postgres, '..', '..', 'lib', 'libpq.so.5')));
  assert.equal(prepareBinaries(dir, NOBODY, [cache]).postgres, postgres);
  return undefined;
});

test('never runs a copy that somebody else could have written', (t) => {
  const why = whyNotAsNobody();
  if (why) return t.skip(why);
  using scratch = openTemporaryDirectory();
  const closed = path.join(scratch.path, 'home');
  const cache = path.join(scratch.path, 'cache');
  const dir = fakePackage(path.join(closed, 'package'), '1.2.3');
  chmodSync(closed, 0o700);
  const { postgres } = prepareBinaries(dir, NOBODY, [cache]);
  const copy = path.dirname(path.dirname(path.dirname(postgres)));
  chmodSync(copy, 0o777);
  assert.throws(() => prepareBinaries(dir, NOBODY, [cache]), { code: 'binaries-unusable' });
  return undefined;
});
