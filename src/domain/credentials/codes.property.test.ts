// Whatever a camera delivers: never an exception, and never a genuine code that nobody minted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hmacSha256, sha256, signWith, verifyWith } from '#testing/credentials.ts';
import { fc } from '#testing/properties.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { codeHash, normaliseCode, outlineOf, READING_LENGTH_MAX, readCode } from './reading.ts';
import { claimedEventOf, mintSignedCode, openSignedCode } from './signed-code.ts';
import {
  type CodeFields,
  EVENT_NUMBER_MAX,
  ISSUE_MAX,
  isGenuine,
  mintTicketCode,
  SERIAL_MAX,
} from './ticket-code.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const PRIVATE_KEY = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PUBLIC_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

const fields: fc.Arbitrary<CodeFields> = fc.record({
  issue: fc.integer({ min: 0, max: ISSUE_MAX }),
  event: fc.integer({ min: 1, max: EVENT_NUMBER_MAX }),
  serial: fc.integer({ min: 1, max: SERIAL_MAX }),
});
const key = fc.uint8Array({ minLength: 1, maxLength: 80 });
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: READING_LENGTH_MAX + 2 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...LETTERS, '1', ' ', 'ß'), minLength: 24, maxLength: 28 }),
  fc
    .string({ unit: fc.constantFrom(...LETTERS), minLength: 117, maxLength: 121 })
    .map((s) => `KS1${s}`),
  // Lone halves of letters beyond the basic plane.
  fc.array(fc.nat(0xffff), { maxLength: 30 }).map((units) => String.fromCharCode(...units)),
);

test('reading never throws, and what it reads is normal, bounded and hashable', () => {
  fc.assert(
    fc.property(anyText, (scanned) => {
      const reading = readCode(scanned);
      claimedEventOf(scanned);
      if (reading.kind === 'unreadable') return;
      assert.equal(normaliseCode(reading.text), reading.text);
      assert.ok(reading.text.length <= READING_LENGTH_MAX);
      const bytes = new TextEncoder().encode(`kaimen code 1\nderby\n${reading.text}`);
      assert.deepEqual(codeHash('derby', reading.text, sha256), sha256(bytes).slice(0, 10));
    }),
    { numRuns: 2_000 },
  );
});

test('bytes written in base32 are read back, and each text has one value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      assert.deepEqual(decodeBase32(encodeBase32(bytes)), bytes);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 30 }), (text) => {
      const bytes = decodeBase32(text);
      if (bytes !== null) assert.equal(encodeBase32(bytes), text);
    }),
  );
});

test('what is minted is read back as it was and is genuine under its key only', () => {
  fc.assert(
    fc.property(fields, key, key, (minted, own, other) => {
      const reading = readCode(mintTicketCode(minted, own, hmacSha256).toLowerCase());
      assert.ok(reading.kind === 'ticket-code');
      const { issue, event, serial } = reading.code;
      assert.deepEqual([issue, event, serial], [minted.issue, minted.event, minted.serial]);
      assert.equal(isGenuine(reading.code, own, hmacSha256), true);
      if (!isSameKey(own, other)) assert.equal(isGenuine(reading.code, other, hmacSha256), false);
    }),
    { numRuns: 500 },
  );
});

test('a code with any one letter changed is not genuine', () => {
  const letter = fc.oneof(fc.constantFrom(...LETTERS), fc.string({ minLength: 1, maxLength: 1 }));
  fc.assert(
    fc.property(fields, key, fc.nat(25), letter, (minted, own, index, other) => {
      const text = mintTicketCode(minted, own, hmacSha256);
      const changed = text.slice(0, index) + other + text.slice(index + 1);
      const reading = readCode(changed);
      if (normaliseCode(changed) === text || reading.kind !== 'ticket-code') return;
      assert.equal(isGenuine(reading.code, own, hmacSha256), false);
    }),
    { numRuns: 2_000 },
  );
});

test('a signed code is opened as it was signed, and not with any one letter changed', () => {
  const until = fc.integer({ min: 0, max: 0xffff_ffff });
  const sign = signWith(PRIVATE_KEY);
  const verify = verifyWith(PUBLIC_KEY);
  const letter = fc.constantFrom(...LETTERS);
  fc.assert(
    fc.property(fields, until, fc.nat(121), letter, (minted, untilMinute, index, other) => {
      const text = mintSignedCode({ ...minted, untilMinute }, sign);
      assert.deepEqual(openSignedCode(text, verify), { ...minted, untilMinute });
      const changed = text.slice(0, index) + other + text.slice(index + 1);
      if (changed !== text)
        assert.ok([null, 'forged'].includes(openSignedCode(changed, verify) as null));
    }),
    { numRuns: 150 },
  );
});

test('an outline does not depend on which digits and letters a code has', () => {
  const shape = fc.array(fc.constantFrom('9', 'A', '-', '/', ' '), { maxLength: 20 });
  const digits = fc.infiniteStream(fc.constantFrom(...'0123456789'));
  const letters = fc.infiniteStream(fc.constantFrom(...'ABCXYZ北看台'));
  fc.assert(
    fc.property(shape, digits, letters, (signs, digit, letter) => {
      const spell = () =>
        signs
          .map((sign) =>
            sign === '9' ? digit.next().value : sign === 'A' ? letter.next().value : sign,
          )
          .join('');
      const outline = outlineOf(spell());
      assert.equal(outlineOf(spell()), outline);
      assert.equal(outline, outlineOf(signs.join('')));
    }),
  );
});

/** HMAC fills a short key up with zeros, so keys that differ only in those are one key. */
function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length > 64 || b.length > 64) return Buffer.from(a).equals(b);
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(64 - bytes.length)]);
  return padded(a).equals(padded(b));
}
