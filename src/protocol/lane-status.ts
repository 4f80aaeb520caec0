// How a device is, as it says itself every ten seconds, and what follows for the lane it stands at.
import { z } from 'zod';
import { DEVICE_ROLES } from '#domain/access/device-roles.ts';
import { RUNGS } from '#domain/entry/verdict.ts';
import { UNREADY_REASONS } from '#domain/monitoring/readiness.ts';
import { time, timeOut, words } from './primitives.ts';

const count = z.int().min(0).max(10_000_000);

export const statusReport = z.strictObject({
  at: time.describe('by the device’s own clock'),
  battery: z.strictObject({
    level: z.number().min(0).max(1).nullable(),
    isCharging: z.boolean().nullable(),
  }),
  list: z.strictObject({
    cursor: words(80).nullable(),
    isComplete: z.boolean(),
    asOf: time.nullable().describe('when it was last known to be the newest'),
  }),
  clockSkewMs: z.int().nullable().describe('server’s clock less the device’s'),
  camera: z.enum(['ok', 'failed', 'untested', 'none']),
  storage: z.enum(['ok', 'low', 'failed']),
  rung: z.enum(RUNGS),
  unsynced: count.describe('scans that are not at the hub yet'),
  oldestUnsyncedAt: time.nullable(),
  app: words(40),
  queue: z
    .strictObject({ people: count, at: time })
    .nullable()
    .optional()
    .describe('how many wait at this lane, as its steward sees it, and when that was'),
});
export type StatusReport = z.infer<typeof statusReport>;

export const statusAnswer = z.object({
  serverTime: timeOut,
  list: z.string().describe('cursor of the newest list'),
  isReady: z.boolean(),
  reasons: z.array(z.enum(UNREADY_REASONS)),
});

/** SSE event `statuses`, to consoles, once a second at most: devices that have spoken since. */
export const laneStatus = z.object({
  deviceId: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  at: timeOut.describe('when it was heard, by our clock'),
  status: statusReport,
});
export type LaneStatus = z.infer<typeof laneStatus>;

export const readinessView = z.object({
  at: timeOut,
  ready: z.int(),
  notReady: z.int(),
  lanes: z.array(
    z.object({
      gate: z.string(),
      lane: z.string().nullable().describe('null: a point beside the lanes of the event file'),
      isReady: z.boolean(),
      reasons: z.array(z.enum(UNREADY_REASONS)),
      devices: z.array(
        z.object({
          deviceId: z.string(),
          role: z.enum(DEVICE_ROLES),
          label: z.string().nullable(),
          operator: z.string().nullable(),
          seenAt: timeOut.nullable(),
          status: statusReport.nullable(),
        }),
      ),
    }),
  ),
});
export type ReadinessView = z.infer<typeof readinessView>;
