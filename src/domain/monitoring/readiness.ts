// Whether a lane is ready for doors: from what its device last said of itself, and what of it nobody has said.
// A lane that is not ready still decides; this is what to mend before people come.
import type { DeviceRole } from '#domain/access/device-roles.ts';
import type { Rung } from '#domain/entry/verdict.ts';
import { type Instant, MINUTE_MS, SECOND_MS } from '#domain/kernel/instant.ts';

/** In the order in which one would mend them. */
export const UNREADY_REASONS = [
  'no-device',
  'two-devices',
  'not-heard',
  'no-status',
  'storage-failed',
  'list-incomplete',
  'list-old',
  'clock-wrong',
  'camera-failed',
  'camera-untested',
  'battery-low',
  'storage-low',
  'unsynced',
  'no-operator',
] as const;
export type UnreadyReason = (typeof UNREADY_REASONS)[number];

export type DeviceStatus = {
  readonly battery: { readonly level: number | null; readonly isCharging: boolean | null };
  readonly list: { readonly isComplete: boolean; readonly asOf: Instant | null };
  readonly clockSkewMs: number | null;
  readonly camera: 'ok' | 'failed' | 'untested' | 'none';
  readonly storage: 'ok' | 'low' | 'failed';
  readonly rung: Rung;
  readonly unsynced: number;
};

export type StandingDevice = {
  readonly role: DeviceRole;
  readonly hasOperator: boolean;
  readonly heardAt: Instant | null;
  /** Null when it has never said how it is: older headless lanes do not. */
  readonly status: DeviceStatus | null;
};

/** A status comes every ten seconds; three in a row are missing. */
export const HEARD_WITHIN_MS = 35 * SECOND_MS;
export const LIST_AGE_MAX_MS = 5 * MINUTE_MS;
/** What the lane cannot correct by itself without saying so: it uses the server's time within this. */
export const CLOCK_SKEW_MAX_MS = 2 * MINUTE_MS;
/** Lasts the hours until the gates close, on most phones. */
export const BATTERY_MIN = 0.5;

export function deviceFaults(device: StandingDevice, now: Instant): UnreadyReason[] {
  const { status, heardAt } = device;
  const isHeard = heardAt !== null && now - heardAt <= HEARD_WITHIN_MS;
  const isPhone = device.role !== 'lane';
  const found = new Set<UnreadyReason>();
  if (!isHeard) found.add('not-heard');
  if (isPhone && !device.hasOperator) found.add('no-operator');
  if (status === null) found.add('no-status');
  else for (const reason of statusFaults(status, now)) found.add(reason);
  return UNREADY_REASONS.filter((reason) => found.has(reason));
}

function statusFaults(status: DeviceStatus, now: Instant): UnreadyReason[] {
  const { battery, list, clockSkewMs, camera, storage, unsynced } = status;
  const isOld = list.asOf === null || now - list.asOf > LIST_AGE_MAX_MS;
  const isLow = battery.level !== null && battery.level < BATTERY_MIN;
  const tests: readonly (readonly [UnreadyReason, boolean])[] = [
    ['storage-failed', storage === 'failed'],
    ['storage-low', storage === 'low'],
    ['list-incomplete', !list.isComplete],
    ['list-old', list.isComplete && isOld],
    ['clock-wrong', clockSkewMs === null || Math.abs(clockSkewMs) > CLOCK_SKEW_MAX_MS],
    ['camera-failed', camera === 'failed'],
    ['camera-untested', camera === 'untested'],
    ['battery-low', isLow && battery.isCharging !== true],
    ['unsynced', unsynced > 0],
  ];
  return tests.filter(([, isSo]) => isSo).map(([reason]) => reason);
}

/**
 * @param devices - those enrolled for this lane and not ended
 * @returns nothing when it is ready
 */
export function laneFaults(devices: readonly StandingDevice[], now: Instant): UnreadyReason[] {
  const [first, ...others] = devices;
  if (first === undefined) return ['no-device'];
  const heard = devices.filter(
    ({ heardAt }) => heardAt !== null && now - heardAt <= HEARD_WITHIN_MS,
  );
  // A device that fell silent does not keep the one that took its place from being ready.
  const standing = heard.length > 0 ? heard : [first, ...others];
  const found = new Set(standing.flatMap((device) => deviceFaults(device, now)));
  if (heard.length > 1) found.add('two-devices');
  return UNREADY_REASONS.filter((reason) => found.has(reason));
}
