import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { emptyDataDirectory, markDataDirectory } from './data-directory.ts';

test('only a directory of the demonstration is emptied', () => {
  const base = mkdtempSync(path.join(os.tmpdir(), 'kaimen-demo-'));
  try {
    const dir = path.join(base, 'evening');
    emptyDataDirectory(dir);
    writeFileSync(path.join(dir, 'kept'), '');
    assert.throws(() => emptyDataDirectory(dir), /holds something else/);
    markDataDirectory(dir);
    emptyDataDirectory(dir);
    assert.ok(!existsSync(path.join(dir, 'kept')));
    markDataDirectory(dir);
    mkdirSync(path.join(dir, 'postgres'));
    writeFileSync(path.join(dir, 'postgres', 'postmaster.pid'), `${process.pid}\n`);
    assert.throws(() => emptyDataDirectory(dir), /still runs/);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});
