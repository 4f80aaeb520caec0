import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, hmacSha256, validCredentials } from '#testing/credentials.ts';
import { fc } from '#testing/properties.ts';
import { BASE32_ALPHABET } from './base32.ts';
import { mintShortId, openShortId, readShortId, writtenShortId } from './short-id.ts';
import { ISSUE_MAX, SERIAL_MAX } from './ticket-code.ts';

const KEY = new Uint8Array(32).fill(9);
const OTHER_KEY = new Uint8Array(32).fill(8);
const fields = fc.record({
  issue: fc.integer({ min: 0, max: ISSUE_MAX }),
  serial: fc.integer({ min: 1, max: SERIAL_MAX }),
});
const mint = (issue: number, serial: number) => mintShortId({ issue, serial }, KEY, hmacSha256);

for (const { name, key, issue, serial, text } of validCredentials.shortIds) {
  test(`the vector of ${name} is minted and opened as it stands`, () => {
    assert.equal(mintShortId({ issue, serial }, fromHex(key), hmacSha256), text);
    assert.deepEqual(openShortId(text, fromHex(key), hmacSha256), { issue, serial });
    assert.equal(readShortId(text), text);
  });
}

test('is opened as it was minted, however it is typed', () => {
  fc.assert(
    fc.property(fields, (minted) => {
      const text = mintShortId(minted, KEY, hmacSha256);
      assert.match(text, /^[A-Z2-7]{8}$/);
      assert.deepEqual(openShortId(text, KEY, hmacSha256), { ...minted });
      const typed = ` ${writtenShortId(text).toLowerCase()} `;
      assert.equal(readShortId(typed), text);
      const misread = text.replaceAll('O', '0').replaceAll('I', '1').replaceAll('B', '8');
      assert.equal(readShortId(misread), text);
    }),
  );
});

test('one wrong letter, or any two swapped, is noticed before anybody is asked', () => {
  const text = mint(0, 4711);
  for (let at = 0; at < text.length; at++) {
    for (const letter of BASE32_ALPHABET) {
      const typed = text.slice(0, at) + letter + text.slice(at + 1);
      assert.equal(readShortId(typed) === null, typed !== text, typed);
    }
    for (let other = 0; other < at; other++) {
      const letters = [...text];
      [letters[at], letters[other]] = [text[other] ?? '', text[at] ?? ''];
      const typed = letters.join('');
      assert.equal(readShortId(typed) === null, typed !== text, typed);
    }
  }
});

test('neighbours have nothing in common that could be counted on', () => {
  const some = Array.from({ length: 2_000 }, (_, index) => mint(0, index + 1));
  assert.equal(new Set(some).size, some.length);
  const starts = new Set(some.map((text) => text.slice(0, 3)));
  assert.ok(starts.size > 1_800, `only ${starts.size} ways to begin`);
});

test('trying is hopeless: of those well typed hardly one in sixteen could be any ticket of any size', () => {
  let openable = 0;
  let current = 0;
  const tries = 4_000;
  for (let at = 0; at < tries; at++) {
    const other = mintShortId({ issue: 0, serial: at + 1 }, OTHER_KEY, hmacSha256);
    const opened = openShortId(other, KEY, hmacSha256);
    if (opened === null) continue;
    openable += 1;
    if (opened.issue === 0 && opened.serial <= 80_000) current += 1;
  }
  assert.ok(openable < tries / 8, `${openable} of ${tries}`);
  assert.ok(current <= 1, `${current} would name a ticket of a sold-out ground`);
});

test('a re-issued ticket bears another', () => {
  assert.notEqual(mint(0, 7), mint(1, 7));
  assert.deepEqual(openShortId(mint(1, 7), KEY, hmacSha256), { issue: 1, serial: 7 });
});

test('what nobody can have printed is refused', () => {
  for (const typed of ['', 'ABC', 'ABCDEFGHI', 'ABCD-EFG!', '票'.repeat(8), 'A'.repeat(50)]) {
    assert.equal(readShortId(typed), null, typed);
  }
  assert.throws(() => mint(128, 1), RangeError);
  assert.throws(() => mint(0, 0), RangeError);
});
