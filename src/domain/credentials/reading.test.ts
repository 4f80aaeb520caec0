import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidCredentials, sha256, toHex, validCredentials } from '#testing/credentials.ts';
import {
  CODE_HASH_BYTES,
  codeHash,
  isUnfinishedCode,
  normaliseCode,
  outlineOf,
  readCode,
} from './reading.ts';

for (const { name, scanned, text } of validCredentials.readings) {
  test(`reads a ticket code: ${name}`, () => {
    const reading = readCode(scanned);
    assert.equal(reading.kind, 'ticket-code');
    assert.equal(reading.kind === 'ticket-code' && reading.text, text);
  });
}

for (const { why, scanned } of invalidCredentials.readings) {
  test(`cannot read ${why}`, () => {
    assert.deepEqual(readCode(scanned), { kind: 'unreadable' });
  });
}

test('tells a signed code by its prefix and length, and all else printable is foreign', () => {
  const [{ text } = { text: '' }] = validCredentials.signedCodes;
  assert.deepEqual(readCode(` ${text.toLowerCase()}\n`), { kind: 'signed-code', text });
  for (const foreign of [
    '4006381333931',
    'A-17',
    '北看台-17',
    text.slice(1),
    'HTTPS://X.TEST/?C=1',
  ]) {
    assert.deepEqual(readCode(foreign), { kind: 'foreign', text: foreign });
  }
});

test('a code of ours is unfinished until its last letter; nothing else is', () => {
  const [{ text: signed } = { text: '' }] = validCredentials.signedCodes;
  const [{ text: code } = { text: '' }] = validCredentials.readings;
  for (const whole of [code, signed]) {
    for (let length = 1; length < whole.length; length++) {
      assert.ok(isUnfinishedCode(whole.slice(0, length).toLowerCase()), whole.slice(0, length));
    }
    assert.ok(!isUnfinishedCode(whole), whole);
  }
  for (const other of ['', '4006381333931', 'A-17', 'K-17', '北看台', `${code}A`]) {
    assert.ok(!isUnfinishedCode(other), other);
  }
});

test('a ticket code whose padding or format is wrong is no ticket code', () => {
  for (const { text, outcome } of invalidCredentials.ticketCodes) {
    // A text that normalises to another is judged as that other.
    if (outcome === 'not-this-format' && normaliseCode(text) === text) {
      assert.notEqual(readCode(text).kind, 'ticket-code', text);
    }
  }
});

test('a normalised code is normal: once more changes nothing', () => {
  for (const scanned of ['straße', ' ŉ1 ', 'ǰ', 'ﬃ-3', 'ß'.repeat(128)]) {
    const text = normaliseCode(scanned);
    assert.ok(text);
    assert.equal(normaliseCode(text), text);
  }
});

for (const { eventId, text, hash } of validCredentials.codeHashes) {
  test(`hashes the golden code ${text} to 80 bits`, () => {
    const hashed = codeHash(eventId, text, sha256);
    assert.equal(toHex(hashed), hash);
    assert.equal(hashed.length, CODE_HASH_BYTES);
    const bytes = new TextEncoder().encode(`kaimen code 1\n${eventId}\n${text}`);
    assert.deepEqual(hashed, sha256(bytes).slice(0, CODE_HASH_BYTES), 'UTF-8 as the platform’s');
  });
}

test('the same code has another hash at another event', () => {
  const hashes = ['derby', 'cup'].map((eventId) => toHex(codeHash(eventId, 'A-17', sha256)));
  assert.notEqual(hashes[0], hashes[1]);
});

test('an outline keeps lengths and signs, and forgets which letters and digits they were', () => {
  const outlines = [
    ['4006381333931', '9{13}'],
    ['A-17', 'A{1}-9{2}'],
    ['ZZ-99', 'A{2}-9{2}'],
    ['7710-88/B', '9{4}-9{2}/A{1}'],
    ['北看台-17', 'A{3}-9{2}'],
    ['٣٤', '9{2}'],
    ['A9{1}', 'A{1}9{1}{9{1}}'],
    ['', ''],
  ] as const;
  for (const [text, outline] of outlines) assert.equal(outlineOf(text), outline);
});

test('what is shaped like our codes and is none is counterfeit, not unreadable', () => {
  const [valid] = validCredentials.ticketCodes;
  assert.ok(valid);
  const last = valid.text.at(-1) === 'B' ? 'D' : 'B';
  assert.equal(readCode(valid.text.slice(0, -1) + last).kind, 'counterfeit');
  assert.equal(readCode('HTTPS://EXAMPLE.COM/TICKETS').kind, 'foreign');
});

test('full-width letters of a Chinese input method are read as what they mean', () => {
  const [valid] = validCredentials.ticketCodes;
  assert.ok(valid);
  const wide = [...valid.text].map((c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0));
  assert.equal(normaliseCode(wide.join('')), valid.text);
});
