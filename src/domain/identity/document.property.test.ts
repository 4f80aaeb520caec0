import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { checkCharacter, DOCUMENT_KINDS, maskedDocument, readDocument } from './document.ts';

/** Of the standard's own example, GB 11643-1999. */
const RESIDENT = '11010519491231002X';

const digit = fc.integer({ min: 0, max: 9 });
const resident = fc
  .tuple(
    fc.integer({ min: 110_000, max: 659_000 }),
    fc.integer({ min: 1930, max: 2025 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 999 }),
  )
  .map(([area, year, month, day, n]) => {
    const two = (value: number) => String(value).padStart(2, '0');
    const body = `${area}${year}${two(month)}${two(day)}${String(n).padStart(3, '0')}`;
    return body + checkCharacter(body);
  });

test('reads what people may hold, however they type it', () => {
  for (const [kind, text] of [
    ['resident-id', RESIDENT],
    ['resident-id', '110105 19491231 002x'],
    ['passport', 'e12345678'],
    ['home-return-permit', 'H12345678'],
    ['home-return-permit', 'M1234567801'],
    ['taiwan-permit', '12345678'],
    ['foreign-residence', 'CAN110105123456'],
    ['birth-certificate', 'T310123456'],
  ] as const) {
    assert.equal(readDocument(kind, text).kind, 'document', text);
  }
});

test('refuses what no document of the kind looks like, and says what is wrong', () => {
  assert.deepEqual(readDocument('resident-id', '110105194912310021'), {
    kind: 'refused',
    why: 'check-digit',
  });
  for (const [kind, text] of [
    ['resident-id', '11010519491331002X'],
    ['resident-id', ''],
    ['passport', 'E1'],
    ['home-return-permit', 'T12345678'],
    ['taiwan-permit', '1234567'],
  ] as const) {
    assert.deepEqual(readDocument(kind, text), { kind: 'refused', why: 'shape' }, text);
  }
});

test('one wrong digit, or two that changed places, is noticed', () => {
  fc.assert(
    fc.property(resident, fc.nat(16), digit, (number, at, other) => {
      const read = (text: string) => readDocument('resident-id', text).kind;
      assert.equal(read(number), 'document');
      const wrong = number.slice(0, at) + other + number.slice(at + 1);
      if (wrong !== number) assert.equal(read(wrong), 'refused', wrong);
      const swapped =
        number.slice(0, at) + (number[at + 1] ?? '') + (number[at] ?? '') + number.slice(at + 2);
      if (swapped !== number) assert.equal(read(swapped), 'refused', swapped);
    }),
  );
});

test('a masked document gives away no more than its end', () => {
  fc.assert(
    fc.property(resident, (number) => {
      const masked = maskedDocument({ kind: 'resident-id', number });
      assert.equal(masked, `***${number.slice(15)}`);
    }),
  );
  assert.equal(DOCUMENT_KINDS.length, 7);
});
