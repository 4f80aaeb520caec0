import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOffer } from './offer-text.ts';

const SECRET = 'ABCDEFGHIJKLMNOPQRSTUVWXY2';

test('reads host and secret of an enrolment code', () => {
  assert.deepEqual(readOffer(` https://gate.example.org/gate/#e=${SECRET}\n`), {
    origin: 'https://gate.example.org',
    secret: SECRET,
  });
  assert.equal(readOffer(`http://127.0.0.1:8080/gate/#e=${SECRET.toLowerCase()}`)?.secret, SECRET);
});

for (const text of [
  '',
  'KAQACAAAAE6U5Q4RG4TUIHXSOE',
  'https://gate.example.org/gate/',
  'https://gate.example.org/gate/#e=SHORT',
  `https://gate.example.org/shop/#e=${SECRET}`,
  `javascript:alert(1)//gate/#e=${SECRET}`,
]) {
  test(`takes “${text}” for no enrolment code`, () => {
    assert.equal(readOffer(text), null);
  });
}
