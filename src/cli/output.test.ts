import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteText, createOutput, table } from './output.ts';
import { createProgress, progressText } from './progress.ts';

test('aligns columns, Chinese characters taking two', () => {
  assert.deepEqual(
    table(
      ['gate', 'why'],
      [
        ['北门', 'x'],
        ['N3', null],
      ],
    ),
    ['gate  why', '北门  x', 'N3    –'],
  );
});

test('with --json writes the document and no word beside it', () => {
  const [out, err]: [string[], string[]] = [[], []];
  const output = createOutput(true, { write: (t) => out.push(t) }, { write: (t) => err.push(t) });
  output.note('going on');
  output.result({ a: 1 }, 'words');
  assert.deepEqual(JSON.parse(out.join('')), { a: 1 });
  assert.deepEqual(err, ['going on\n']);
});

test('says sizes as people do', () => {
  assert.deepEqual([999, 1500, 18_900_000, 2e9].map(byteText), [
    '999 B',
    '1.5 kB',
    '18.9 MB',
    '2.00 GB',
  ]);
});

test('a bar on a terminal is redrawn in place and cleared; a log gets a line now and then', () => {
  for (const isTTY of [true, false]) {
    let nowMs = 0;
    const written: string[] = [];
    const terminal = { isTTY, write: (text: string) => written.push(text) };
    const progress = createProgress('f.csv', 1000, terminal, () => nowMs);
    for (let step = 0; step < 10; step += 1) {
      nowMs += 2_500;
      progress.advance(100);
    }
    progress.end();
    assert.equal(written.length, isTTY ? 11 : 2);
    assert.equal(written.at(-1), isTTY ? '\r\x1b[K' : `${progressText('f.csv', 800, 1000)}\n`);
  }
});

test('a bar that is full says what is waited for', () => {
  assert.match(progressText('f', 10, 10), /100 % of 10 B, waiting/);
  assert.equal(progressText('f', 10, null), 'f 10 B');
});
