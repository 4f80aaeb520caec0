import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fromHex,
  hmacSha256,
  invalidCredentials,
  rfcVectors,
  validCredentials,
} from '#testing/credentials.ts';
import {
  EVENT_NUMBER_MAX,
  ISSUE_MAX,
  isGenuine,
  mintTicketCode,
  parseTicketCode,
  SERIAL_MAX,
  TICKET_CODE_LENGTH,
} from './ticket-code.ts';

for (const { section, key, message, digest } of rfcVectors.hmacSha256.vectors) {
  test(`the platform’s HMAC-SHA-256 gives the digest of RFC 4231 §${section}`, () => {
    assert.deepEqual(hmacSha256(fromHex(key), fromHex(message)), fromHex(digest));
  });
}

for (const { name, key, issue, event, serial, text } of validCredentials.ticketCodes) {
  test(`mints and reads the golden code: ${name}`, () => {
    assert.equal(mintTicketCode({ issue, event, serial }, fromHex(key), hmacSha256), text);
    const code = parseTicketCode(text);
    assert.ok(code);
    assert.deepEqual([code.issue, code.event, code.serial], [issue, event, serial]);
    assert.equal(isGenuine(code, fromHex(key), hmacSha256), true);
  });
}

for (const { why, key, text, outcome } of invalidCredentials.ticketCodes) {
  test(`refuses a ticket code, ${outcome}: ${why}`, () => {
    const code = parseTicketCode(text);
    if (outcome === 'not-this-format') return assert.equal(code, null);
    assert.ok(code);
    assert.equal(isGenuine(code, fromHex(key), hmacSha256), false);
  });
}

test('every code is 26 letters beginning with K or L, as QR version 2-Q holds', () => {
  for (const { text } of validCredentials.ticketCodes) {
    assert.match(text, /^[KL][A-Z2-7]{25}$/);
    assert.equal(text.length, TICKET_CODE_LENGTH);
  }
});

test('minting with a field out of range is a bug, and says which field', () => {
  const good = { issue: 0, event: 1, serial: 1 };
  const bad = [
    ['issue', [-1, ISSUE_MAX + 1, 0.5, Number.NaN]],
    ['event', [0, EVENT_NUMBER_MAX + 1, 1.5]],
    ['serial', [0, SERIAL_MAX + 1, Number.POSITIVE_INFINITY]],
  ] as const;
  for (const [field, values] of bad) {
    for (const value of values) {
      const mint = () =>
        mintTicketCode({ ...good, [field]: value }, new Uint8Array(32), hmacSha256);
      assert.throws(mint, { name: 'RangeError', message: new RegExp(`^${field} must be`) });
    }
  }
});
