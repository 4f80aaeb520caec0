import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { cleanCode, codeLines, serialCodes } from './code-lines.ts';
import { scratch } from './lane-under-test.ts';

test('takes one code a line, however lines end and however they arrive', async () => {
  assert.deepEqual(await lines('A\r\nB\nC\r', 'D', 'E\n\n', 'F'), ['A', 'B', 'C', 'DE', 'F']);
});

test('a character cut in two by the pipe is put together again', async () => {
  const [first, second] = [Buffer.from('票\n').subarray(0, 2), Buffer.from('票\n').subarray(2)];
  assert.deepEqual(await lines(first, second), ['票']);
});

test('a line without end is cut, and takes no more memory than a code may', async () => {
  const [code] = await lines(...Array.from({ length: 100 }, () => 'X'.repeat(1_000)), '\n');
  assert.equal(code?.length, 4_096);
});

test('what no store can hold becomes a character that no code holds', () => {
  assert.equal(cleanCode('A\0B\uD800C'), 'A\uFFFDB\uFFFDC');
});

test('ends when it is told to', async () => {
  const stop = new AbortController();
  const endless = Readable.from(['A\n', 'B\n', 'C\n']);
  const got: string[] = [];
  for await (const code of codeLines(endless, stop.signal)) {
    got.push(code);
    stop.abort();
  }
  assert.deepEqual(got, ['A']);
});

test('reads a serial line, and opens it again when it ends', async () => {
  using place = scratch();
  const told: string[] = [];
  const stop = new AbortController();
  const codes = serialCodes(place.file, 9600, stop.signal, (words) => told.push(words));
  const first = codes.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  writeFileSync(place.file, 'A\n');
  assert.equal((await first).value, 'A');
  assert.equal(told.length, 1);
  const second = codes.next();
  stop.abort();
  assert.equal((await second).done, true);
});

test('stops while it waits for a line that says nothing', async () => {
  using place = scratch();
  assert.equal(spawnSync('sh', ['-c', 'mkfifo "$0"', place.file]).status, 0);
  await using writer = await open(place.file, 'r+');
  const stop = new AbortController();
  const codes = serialCodes(place.file, 9600, stop.signal, assert.fail);
  await writer.write('A\r\n');
  assert.equal((await codes.next()).value, 'A');
  const next = codes.next();
  stop.abort();
  assert.equal((await next).done, true);
});

async function lines(...chunks: (string | Buffer)[]): Promise<string[]> {
  const stop = new AbortController().signal;
  const got: string[] = [];
  for await (const code of codeLines(Readable.from(chunks, { objectMode: true }), stop)) {
    got.push(code);
  }
  return got;
}
