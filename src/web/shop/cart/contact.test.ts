import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContact } from './contact.ts';

test('reads an address or a number as people type it', () => {
  assert.deepEqual(readContact(' lin@example.com '), { email: 'lin@example.com' });
  assert.deepEqual(readContact('138 0000 0000'), { phone: '13800000000' });
  assert.deepEqual(readContact('+86 (138) 0000-0000'), { phone: '+8613800000000' });
});

test('takes nothing else for either', () => {
  for (const text of ['', 'lin@', 'lin@example', '12345', 'call me', '@example.com']) {
    assert.equal(readContact(text), null, text);
  }
});
