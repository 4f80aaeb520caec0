import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import fastify from 'fastify';
import { addWebRoutes } from './routes.ts';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-builds-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

function build(release: string): string {
  const folder = path.join(scratch, release);
  mkdirSync(path.join(folder, 'gate/assets'), { recursive: true });
  const files = {
    'gate/index.html': `page of ${release}`,
    'gate/service-worker.js': `worker of ${release}`,
    [`gate/assets/main-${release}.js`]: `script of ${release}`,
    release,
    stamp: release,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const app = fastify();
addWebRoutes(app, true, [build('two'), build('one')]);
const get = async (url: string) => (await app.inject({ url })).body;

test('serves the build that is named, and the present one when none is', async () => {
  assert.equal(await get('/gate/'), 'page of two');
  assert.equal(await get('/gate/?release=two'), 'page of two');
  assert.equal(await get('/gate/?release=one'), 'page of one');
  assert.equal(await get('/gate/service-worker.js'), 'worker of two');
  assert.equal(await get('/gate/service-worker.js?release=one'), 'worker of one');
});

test('finds what a page of either build asks for by its hash', async () => {
  assert.equal(await get('/gate/assets/main-two.js'), 'script of two');
  assert.equal(await get('/gate/assets/main-one.js'), 'script of one');
});

test('has no other build, and nothing outside of one', async () => {
  for (const url of [
    '/gate/?release=three',
    '/gate/service-worker.js?release=',
    '/gate/stamp.js',
  ]) {
    assert.ok(!(await get(url)).includes('of '), url);
  }
});
