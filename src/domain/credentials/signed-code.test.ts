import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fromHex,
  invalidCredentials,
  rfcVectors,
  signWith,
  validCredentials,
  verifyWith,
} from '#testing/credentials.ts';
import {
  claimedEventOf,
  isSignedCode,
  mintSignedCode,
  openSignedCode,
  SIGNED_CODE_LENGTH,
} from './signed-code.ts';

for (const vector of rfcVectors.ed25519.vectors) {
  test(`the platform’s Ed25519 signs and verifies RFC 8032 §7.1 ${vector.name}`, () => {
    const message = fromHex(vector.message);
    const signature = fromHex(vector.signature);
    assert.deepEqual(signWith(vector.privateKey)(message), signature);
    assert.equal(verifyWith(vector.publicKey)(message, signature), true);
    assert.equal(verifyWith(vector.publicKey)(Uint8Array.of(1, ...message), signature), false);
  });
}

for (const vector of validCredentials.signedCodes) {
  test(`signs and opens the golden code: ${vector.name}`, () => {
    const { issue, event, serial, untilMinute, text } = vector;
    const fields = { issue, event, serial, untilMinute };
    assert.equal(mintSignedCode(fields, signWith(vector.privateKey)), text);
    assert.deepEqual(openSignedCode(text, verifyWith(vector.publicKey)), fields);
    assert.equal(claimedEventOf(text), event);
  });
}

for (const { why, publicKey, text, outcome } of invalidCredentials.signedCodes) {
  test(`refuses a signed code, ${outcome}: ${why}`, () => {
    const opened = openSignedCode(text, verifyWith(publicKey));
    assert.equal(opened, outcome === 'forged' ? 'forged' : null);
  });
}

test('every signed code is 122 letters of the QR alphanumeric set, as version 5-M holds', () => {
  assert.equal(SIGNED_CODE_LENGTH, 122);
  for (const { text } of validCredentials.signedCodes) {
    assert.match(text, /^KS1[A-Z2-7]{119}$/);
    assert.equal(isSignedCode(text), true);
  }
});

test('names no event for a text that is not a signed code, whatever its length', () => {
  const [{ text } = { text: '' }] = validCredentials.signedCodes;
  for (let length = 0; length < text.length; length++) {
    assert.equal(claimedEventOf(text.slice(0, length)), null);
  }
});
