import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockTime, clockTimeBeside, dateLine, isoDate } from './local-time.ts';

const KICK_OFF = Date.parse('2026-11-29T19:35:00+08:00');

test('writes the date and the time of the ground', () => {
  assert.deepEqual(dateLine(KICK_OFF, 'Asia/Shanghai'), {
    'zh-CN': '2026年11月29日 周日',
    en: 'Sunday 29 November 2026',
  });
  assert.equal(clockTime(KICK_OFF, 'Asia/Shanghai'), '19:35');
  assert.equal(clockTime(KICK_OFF, 'Europe/London'), '11:35');
  assert.equal(isoDate(KICK_OFF, 'America/Los_Angeles'), '2026-11-29');
});

test('midnight is 00:00', () => {
  assert.equal(clockTime(Date.parse('2026-11-29T00:00:00+08:00'), 'Asia/Shanghai'), '00:00');
});

test('names the day of an entry that opens before the day of the match', () => {
  const evening = Date.parse('2026-11-28T22:00:00+08:00');
  assert.equal(clockTimeBeside(evening, KICK_OFF, 'Asia/Shanghai'), '11/28 22:00');
  assert.equal(clockTimeBeside(KICK_OFF, KICK_OFF, 'Asia/Shanghai'), '19:35');
});
