import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openTemporaryDirectory } from '#testing/postgres-process.ts';

const FIRST = new URL('./short-pauses.ts', import.meta.url).href;
const SAYS = `
import '${FIRST}';
import { getHeapSpaceStatistics } from 'node:v8';
const kept = [];
for (let at = 0; at < 2e6; at++) kept[at % 40_000] = { at, text: 'x' + at };
const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
console.log(JSON.stringify({ young: young.space_size, pid: process.pid, args: process.argv.slice(2) }));
`;

test('the program goes on as itself, with little to collect at once', () => {
  const { young, args, isSame } = said({});
  assert.ok(young <= 8 * 1024 ** 2, String(young));
  assert.deepEqual(args, ['serve', '--data', 'a b']);
  assert.ok(isSame);
});

test('whoever names a size has it', () => {
  assert.ok(said({ NODE_OPTIONS: '--max-semi-space-size=16' }).young > 8 * 1024 ** 2);
});

function said(env: NodeJS.ProcessEnv) {
  using scratch = openTemporaryDirectory();
  const program = path.join(scratch.path, 'program.mjs');
  writeFileSync(program, SAYS);
  const args = [program, 'serve', '--data', 'a b'];
  const { stdout, pid } = spawnSync(process.execPath, args, { env: { ...process.env, ...env } });
  const told = JSON.parse(stdout.toString()) as { young: number; pid: number; args: string[] };
  return { ...told, isSame: told.pid === pid };
}
