// The drill is rehearsed itself: a copy of the server that answers a claim before it is committed is a no go.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const AUTHORITY = 'src/server/entry/authority.ts';
const COMMIT = '      const committed = await store.commit(event, epoch, writes);\n';
/** Lanes are told at once, and the claim is written when there is time. */
const ANSWER_FIRST = `      base = snapshot.revision;
      this.#tell(batch, { event, epoch, placed, outcomes, base, written: writes.scans.length });
      await new Promise((resolve) => setTimeout(resolve, 150));
${COMMIT}`;
/** What an evening brings anyhow: the box that decides dies twice, and its database once. */
const SCHEDULE = {
  name: 'answered before commit',
  seconds: 30,
  lanes: 4,
  load: 20,
  injections: [
    { at: 12, fault: 'process-killed', target: 'box-a', lasts: 2 },
    { at: 18, fault: 'database-killed', target: 'box-a', lasts: 2 },
    { at: 23, fault: 'process-killed', target: 'box-a', lasts: 2 },
  ],
};

test('a server that answers before it commits does not pass', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-planted-'));
  try {
    for (const part of ['src', 'db', 'fixtures', 'package.json']) {
      cpSync(path.join(ROOT, part), path.join(dir, part), { recursive: true });
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
    const file = path.join(dir, AUTHORITY);
    const source = readFileSync(file, 'utf8');
    assert.ok(source.includes(COMMIT), 'the bug has a place to be planted in');
    writeFileSync(file, source.replace(COMMIT, ANSWER_FIRST));
    writeFileSync(path.join(dir, 'schedule.json'), JSON.stringify(SCHEDULE));
    const args = ['bin/kaimen.js', 'drill', '--schedule', path.join(dir, 'schedule.json')];
    args.push('--network', 'wires', '--out', path.join(dir, 'drills'));
    const run = async (build: readonly string[]) => {
      const child = spawn(process.execPath, [...args, ...build], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      return { out, code: code as number };
    };
    const planted = await run(['--build', dir]);
    assert.equal(planted.code, 1, planted.out);
    const sound = await run([]);
    assert.equal(sound.code, 0, sound.out);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
