// What a lane says of itself to control: the same from a phone and from a turnstile.
import type { StatusReport } from '#protocol/lane-status.ts';
import type { LaneStatus } from './lane-settings.ts';

/** Control hears from a lane this often, and at once when who decides has changed. */
export const REPORT_EVERY_MS = 10_000;

/** What only the machine under the lane can tell. */
export type MachineHealth = Pick<StatusReport, 'battery' | 'camera' | 'storage' | 'app' | 'queue'>;

export function statusReportOf(
  status: LaneStatus,
  health: MachineHealth,
  wallMs: number,
): StatusReport {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...health,
    at: new Date(wallMs).toISOString(),
    list: { cursor: null, isComplete: status.listAsOf !== null, asOf: at(status.listAsOf) },
    clockSkewMs: Math.round(status.skewMs),
    rung: status.rung,
    unsynced: status.unsent,
    oldestUnsyncedAt: at(status.unsentSince),
  };
}
