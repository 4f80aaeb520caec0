import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.ts';

test('options name a speed and what becomes of the server', () => {
  assert.deepEqual(readOptions([]), {
    speed: 60,
    keepsServer: false,
    dataDir: 'data/demo',
    help: false,
  });
  assert.equal(readOptions(['--speed', '120', '--keep']).keepsServer, true);
  assert.ok(readOptions(['--fast']).speed > 1_000);
  for (const speed of ['0', '-1', 'fast', '99999']) {
    assert.throws(() => readOptions([`--speed=${speed}`]), /give a number from 1/);
  }
  assert.throws(() => readOptions(['--nonsense']), /nonsense/);
});
