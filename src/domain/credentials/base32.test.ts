import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rfcVectors } from '#testing/credentials.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';

for (const { ascii, text } of rfcVectors.base32.vectors) {
  test(`writes and reads “${ascii}” as ${rfcVectors.base32.source} does`, () => {
    const bytes = new TextEncoder().encode(ascii);
    assert.equal(encodeBase32(bytes), text);
    assert.deepEqual(decodeBase32(text), bytes);
  });
}

test('reads no length that whole bytes cannot have', () => {
  for (const text of ['A', 'AAA', 'AAAAAA', 'AAAAAAAAA']) assert.equal(decodeBase32(text), null);
});

test('reads one spelling only: no padding, lower case, unused bits or other letters', () => {
  for (const text of ['MY======', 'my', 'MZ', 'M1', 'M8', 'M\u212a', '\u041c\u0423', ' MY']) {
    assert.equal(decodeBase32(text), null, JSON.stringify(text));
  }
});
