// Which release the lanes of a gate run, and how they hear of it.
import { z } from 'zod';
import { WORSE } from '#domain/release/canary.ts';
import { id, timeOut, words } from './primitives.ts';

/** What this version speaks, and the oldest that it still understands: one release back. */
export const PROTOCOL = 2;
export const PROTOCOL_OLDEST = 1;

/** From the code to the verdict; longer is slow. */
export const SLOW_MS = 700;
/** How often a lane asks anew, whatever its feed says. */
export const ASK_RELEASE_EVERY_MS = 5_000;

export const releaseId = words(64).regex(
  /^[A-Za-z0-9][A-Za-z0-9._+-]*$/,
  'use 1–64 letters, digits, “.”, “_”, “+” or “-”',
);

const count = z.int().min(0).max(100_000);

/** `POST /devices/self/release`: what this lane runs, and how quick it was since it last said so. */
export const releaseReport = z.object({
  running: releaseId.nullable(),
  protocol: z.int().min(1).max(1_000),
  oldest: z.int().min(1).max(1_000).optional().describe('the oldest protocol it understands'),
  timed: count.optional().describe('scans of which it knows how long they took'),
  slow: count.optional().describe(`of these, longer than ${SLOW_MS} ms`),
});
export const releaseOrder = z.object({
  release: z.string().nullable().describe('what it is to run; null: whatever it has'),
  protocol: z.int(),
});

/** SSE event `release`, to the devices of the gate: what `POST /devices/self/release` answers from now on. */
export const releaseNotice = z.object({ gate: z.string(), release: z.string().nullable() });

export const setRelease = z.strictObject({
  release: releaseId,
  isCanary: z
    .boolean()
    .default(false)
    .describe('watched against the other gates, and taken back by itself'),
  reason: words(200).min(1),
});
export const backRequest = z.strictObject({ reason: words(200).min(1) });

export const gateRelease = z.object({
  gate: z.string(),
  release: z.string().nullable(),
  previous: z.string().nullable(),
  isCanary: z.boolean(),
  setBy: z.string().nullable(),
  setAt: timeOut.nullable(),
  reason: z.string().nullable(),
  lanes: z.array(z.object({ deviceId: z.string(), running: z.string().nullable() })),
});
export const gateReleases = z.object({
  gates: z.array(gateRelease),
  canary: z
    .object({
      scans: z.int(),
      worse: z.enum(WORSE).nullable(),
      evidence: z.record(z.string(), z.number()),
    })
    .nullable(),
});
export type GateReleases = z.infer<typeof gateReleases>;

export const gateParams = z.object({ id, gate: id });
