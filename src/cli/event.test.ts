import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEvent } from './event.ts';
import { CommandFailure } from './failure.ts';

test('takes a file with a byte order mark', () => {
  assert.equal(parseEvent('\uFEFF{"id":"derby"}', 'f').id, 'derby');
});

for (const [text, where] of [
  ['{"id": "a",\n "b": 1,\n }', 'line 3, column 2'],
  ['{"id": "a"\n "b": 1}', 'line 2, column 2'],
  ['{"id": "a",\n "b": tru}', 'line 2, column 10'],
  ['{"id": "a",\n\n "b": [1, 2}', 'line 3, column 12'],
  ['{"id": "a"', 'line 1, column 11'],
  ['', 'line 1, column 1'],
  ['<html>', 'line 1, column 1'],
  ['{"id": "a"} x', 'line 1, column 13'],
] as const) {
  test(`names the place where JSON goes wrong: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseEvent(text, 'f.json'),
      (error) => error instanceof CommandFailure && error.message.startsWith(`f.json, ${where}:`),
    );
  });
}

test('asks for an id, since the address of the event is made of it', () => {
  for (const text of ['{}', '[]', '{"id":""}', '{"id":7}']) {
    assert.throws(() => parseEvent(text, 'f.json'), /field “id” is missing/);
  }
});
