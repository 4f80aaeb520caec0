import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import {
  CLOCK_SKEW_MAX_MS,
  type DeviceStatus,
  HEARD_WITHIN_MS,
  LIST_AGE_MAX_MS,
  laneFaults,
  type StandingDevice,
} from './readiness.ts';

const NOW = 10_000_000 as Instant;
const GOOD: DeviceStatus = {
  battery: { level: 0.9, isCharging: false },
  list: { isComplete: true, asOf: NOW },
  clockSkewMs: 40,
  camera: 'ok',
  storage: 'ok',
  rung: 'hub',
  unsynced: 0,
};
const phone = (
  status: Partial<DeviceStatus> | null = {},
  rest: Partial<StandingDevice> = {},
): StandingDevice => ({
  role: 'steward',
  hasOperator: true,
  heardAt: NOW,
  status: status === null ? null : { ...GOOD, ...status },
  ...rest,
});
const before = (ms: number) => (NOW - ms) as Instant;

test('a phone that has all it needs is ready', () => {
  assert.deepEqual(laneFaults([phone()], NOW), []);
});

test('a headless lane needs neither camera nor operator', () => {
  const lane = phone({ camera: 'none' }, { role: 'lane', hasOperator: false });
  assert.deepEqual(laneFaults([lane], NOW), []);
});

test('a lane where nobody was enrolled is told apart from one that is silent', () => {
  assert.deepEqual(laneFaults([], NOW), ['no-device']);
  const silent = phone({}, { heardAt: before(HEARD_WITHIN_MS + 1) });
  assert.deepEqual(laneFaults([silent], NOW), ['not-heard']);
  assert.deepEqual(laneFaults([phone(null, { heardAt: null })], NOW), ['not-heard', 'no-status']);
});

for (const [what, status, reason] of [
  ['half a list', { list: { isComplete: false, asOf: NOW } }, 'list-incomplete'],
  ['an old list', { list: { isComplete: true, asOf: before(LIST_AGE_MAX_MS + 1) } }, 'list-old'],
  ['a list of unknown age', { list: { isComplete: true, asOf: null } }, 'list-old'],
  ['a clock far ahead', { clockSkewMs: CLOCK_SKEW_MAX_MS + 1 }, 'clock-wrong'],
  ['a clock far behind', { clockSkewMs: -CLOCK_SKEW_MAX_MS - 1 }, 'clock-wrong'],
  ['a clock that was never compared', { clockSkewMs: null }, 'clock-wrong'],
  ['a camera that failed', { camera: 'failed' }, 'camera-failed'],
  ['a camera that nobody tried', { camera: 'untested' }, 'camera-untested'],
  ['an empty battery', { battery: { level: 0.4, isCharging: false } }, 'battery-low'],
  ['a full disk', { storage: 'low' }, 'storage-low'],
  ['a disk that does not write', { storage: 'failed' }, 'storage-failed'],
  ['scans still to be sent', { unsynced: 1 }, 'unsynced'],
] as const) {
  test(`${what} is ${reason}`, () => {
    assert.deepEqual(laneFaults([phone(status)], NOW), [reason]);
  });
}

test('what is charging, or does not tell its battery, is not low', () => {
  assert.deepEqual(laneFaults([phone({ battery: { level: 0.1, isCharging: true } })], NOW), []);
  assert.deepEqual(laneFaults([phone({ battery: { level: null, isCharging: null } })], NOW), []);
});

test('two that speak at one lane are one too many; a silent one beside a good one is not', () => {
  assert.deepEqual(laneFaults([phone(), phone()], NOW), ['two-devices']);
  const silent = phone({ unsynced: 5 }, { heardAt: before(HEARD_WITHIN_MS + 1) });
  assert.deepEqual(laneFaults([silent, phone()], NOW), []);
});
