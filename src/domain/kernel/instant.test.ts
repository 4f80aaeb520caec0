import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant } from './instant.ts';

test('reads RFC 3339 times with their offset', () => {
  const times = [
    ['2026-11-29T17:30:00+08:00', '2026-11-29T09:30:00.000Z'],
    ['2026-11-29T17:30+08:00', '2026-11-29T09:30:00.000Z'],
    ['2026-11-29T09:30:00Z', '2026-11-29T09:30:00.000Z'],
    ['2026-11-29t09:30:00z', '2026-11-29T09:30:00.000Z'],
    ['2026-11-29 09:30:00Z', '2026-11-29T09:30:00.000Z'],
    ['2026-11-29T09:30:00.5Z', '2026-11-29T09:30:00.500Z'],
    ['2026-11-29T09:30:00.123456789Z', '2026-11-29T09:30:00.123Z'],
    ['2026-11-29T00:00:00-05:30', '2026-11-29T05:30:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ] as const;
  for (const [text, utc] of times) assert.equal(parseInstant(text), Date.parse(utc), text);
});

test('refuses a local time, which would mean another moment on every machine', () => {
  assert.equal(parseInstant('2026-11-29T17:30:00'), null);
  assert.equal(parseInstant('2026-11-29'), null);
});

test('refuses days, hours and offsets that do not exist', () => {
  const wrong = [
    '2026-02-29T12:00:00Z',
    '2026-02-31T12:00:00Z',
    '2026-04-31T12:00:00+08:00',
    '2026-13-01T12:00:00Z',
    '2026-00-10T12:00:00Z',
    '2026-11-29T24:00:00Z',
    '2026-11-29T12:60:00Z',
    '2026-11-29T12:00:60Z',
    '2026-11-29T12:00:00+24:00',
    '2026-11-29T12:00:00+08:60',
    '2026-11-29T12:00:00.Z',
    ' 2026-11-29T12:00:00Z',
    '2026-11-29T12:00:00Z\n',
    '',
  ];
  for (const text of wrong) assert.equal(parseInstant(text), null, text);
});
