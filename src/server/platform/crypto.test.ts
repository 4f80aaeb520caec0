import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { hmacSha256, sha256 } from './crypto.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

// RFC 4231, test cases 1, 2, 6 and 7: short and long keys and messages.
const VECTORS = [
  {
    key: Buffer.alloc(20, 0x0b),
    message: 'Hi There',
    mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    key: Buffer.from('Jefe'),
    message: 'what do ya want for nothing?',
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    key: Buffer.alloc(131, 0xaa),
    message: 'Test Using Larger Than Block-Size Key - Hash Key First',
    mac: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
  {
    key: Buffer.alloc(131, 0xaa),
    message:
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    mac: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  },
];

test('agrees with the vectors of RFC 4231', () => {
  for (const { key, message, mac } of VECTORS) {
    assert.equal(hex(hmacSha256(key, Buffer.from(message))), mac);
  }
});

test('agrees with OpenSSL for keys and messages of every length, in any order', () => {
  const keys = [0, 1, 31, 32, 63, 64, 65, 200].map((length) => randomBytes(length));
  for (let length = 0; length <= 300; length++) {
    const key = keys[length % keys.length] ?? Buffer.alloc(0);
    const message = randomBytes(length);
    const expected = createHmac('sha256', key).update(message).digest();
    assert.equal(hex(hmacSha256(key, message)), hex(expected), `${key.length}/${length}`);
    assert.equal(hex(sha256(message)), createHash('sha256').update(message).digest('hex'));
  }
});

test('a result is the caller’s own: the next one does not change it', () => {
  const key = randomBytes(32);
  const first = hmacSha256(key, Buffer.from('one'));
  const kept = hex(first);
  hmacSha256(key, Buffer.from('two'));
  assert.equal(hex(first), kept);
});
