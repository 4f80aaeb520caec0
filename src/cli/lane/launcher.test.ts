// The launcher with lanes that only echo: which release answers which code is all that matters to it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { argsForLane } from './command.ts';
import { runReleases } from './launcher.ts';
import type { Orders } from './release-orders.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-launcher-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const ECHO = `
  require('node:readline').createInterface({ input: process.stdin })
    .on('line', (code) => console.log(NAME + ' ' + code + ' ' + process.argv.slice(3).join(' ')))
    .on('close', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));`;
release('one', `const NAME = 'one';${ECHO}`);
release('two', `const NAME = 'two';${ECHO}`);
release('broken', 'process.exit(1);');

function release(name: string, program: string): void {
  mkdirSync(path.join(dir, name, 'bin'), { recursive: true });
  writeFileSync(path.join(dir, name, 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(path.join(dir, name, 'bin/kaimen.js'), program);
}

/** What a server might say, said by the test. */
class SaidOrders implements Orders {
  readonly first = Promise.resolve();
  readonly ran: string[] = [];
  timed = 0;
  #wanted: string | null = null;
  #heard = () => {};

  wanted(): string | null {
    return this.#wanted;
  }

  onChange(heard: () => void): void {
    this.#heard = heard;
  }

  runs(name: string): void {
    this.ran.push(name);
  }

  took(): void {
    this.timed += 1;
  }

  order(name: string | null): void {
    this.#wanted = name;
    this.#heard();
  }
}

/** @param plan - a code, or an order that comes before the next one */
async function launched(plan: readonly (string | { readonly order: string | null })[]) {
  const orders = new SaidOrders();
  const shown: string[] = [];
  const told: string[] = [];
  async function* codes() {
    for (const step of plan) {
      if (typeof step === 'string') yield step;
      else orders.order(step.order);
    }
  }
  const io = {
    codes: codes(),
    show: (line: string) => void shown.push(line.trim()),
    tell: (words: string) => void told.push(words),
    stop: new AbortController().signal,
  };
  const code = await runReleases({ dir, fallback: 'one', args: ['--json'] }, orders, io);
  return { orders, shown, told, code };
}

test('runs what is ordered from the next code on, and loses none', async () => {
  const { shown, orders, code } = await launched([
    'a',
    { order: 'two' },
    'b',
    'c',
    { order: 'one' },
    'd',
  ]);
  assert.deepEqual(shown, ['one a --json', 'two b --json', 'two c --json', 'one d --json']);
  assert.deepEqual(orders.ran, ['one', 'two', 'one']);
  assert.equal(orders.timed, 4);
  assert.equal(code, 0);
});

test('stays with what it runs when it does not have what is ordered, and says so', async () => {
  const { shown, told } = await launched(['a', { order: 'nine' }, 'b']);
  assert.deepEqual(shown, ['one a --json', 'one b --json']);
  assert.ok(told.some((words) => words.startsWith('release nine is not in')));
});

test('goes back to the release that it was started with when another does not start', async () => {
  const { shown, told, orders } = await launched(['a', { order: 'broken' }, 'b', 'c']);
  assert.deepEqual(shown, ['one a --json', 'one b --json', 'one c --json']);
  assert.deepEqual(orders.ran, ['one', 'broken', 'one']);
  assert.ok(told.includes('the lane of release broken has ended by itself'));
});

test('hands on to the lane what is not its own', () => {
  const argv =
    'node kaimen lane --json --releases R --url http://x --release=1 --release 2 --open y';
  assert.deepEqual(argsForLane(argv.split(' ')), ['--json', '--url', 'http://x', '--open', 'y']);
});
