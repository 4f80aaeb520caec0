// People at lanes: who may stand there, who does and did; and what is wrong with a device's identity.
import { z } from 'zod';
import { operatorView } from './enrolment.ts';
import { id, timeOut, words } from './primitives.ts';

export const LANE_ROLES = ['steward', 'volunteer', 'gate-supervisor'] as const;
export type LaneRole = (typeof LANE_ROLES)[number];

const pin = z.string().regex(/^\d{4,8}$/, 'use 4 to 8 digits');
const name = words(60).min(1);
/** As printed on a badge: `KMP-` and 26 letters. */
const badge = z
  .string()
  .regex(/^[Kk][Mm][Pp]-[A-Za-z2-7]{26}$/, 'is not what an operator’s badge says: scan it again');

export const personRequest = z.strictObject({
  name,
  role: z.enum(LANE_ROLES),
  pin: pin.optional().describe('made up when left out'),
});
export const personAdded = z.object({
  person: z.string(),
  name: z.string(),
  role: z.enum(LANE_ROLES),
  badge: z.string().describe('to be shown as a QR code or printed; shown once'),
  pin: z.string().describe('shown once'),
});
export const personList = z.object({
  people: z.array(
    z.object({
      person: z.string(),
      name: z.string().nullable(),
      role: z.enum(LANE_ROLES),
      addedAt: timeOut,
      revokedAt: timeOut.nullable(),
      standsAt: z
        .object({ deviceId: z.string(), gate: z.string(), lane: z.string().nullable() })
        .nullable(),
    }),
  ),
});

/** By badge, or by name and PIN. */
export const identification = z.union([z.strictObject({ badge }), z.strictObject({ name, pin })]);
export type Identification = z.infer<typeof identification>;

export const supervisorProof = z.strictObject({ supervisor: identification });
export const supervisorProven = z.object({
  person: z.string(),
  role: z.literal('gate-supervisor'),
});

export const signedOn = operatorView.extend({ since: timeOut });

/** `handed-over` by whoever stood there, `replaced` by control when a phone had died; `expired` with it. */
export const SHIFT_ENDS = [
  'signed-off',
  'relieved',
  'handed-over',
  'replaced',
  'device-ended',
  'expired',
] as const;
export type ShiftEnd = (typeof SHIFT_ENDS)[number];

export const shiftList = z.object({
  shifts: z.array(
    z.object({
      person: z.string(),
      name: z.string().nullable(),
      deviceId: z.string(),
      gate: z.string(),
      lane: z.string().nullable(),
      beganAt: timeOut,
      endedAt: timeOut.nullable(),
      endedBy: z.enum(SHIFT_ENDS).nullable(),
    }),
  ),
});
export const shiftQuery = z.strictObject({
  now: z.stringbool().optional().describe('only those who stand there now'),
  device: id.optional(),
  person: id.optional(),
});

export const ALARM_KINDS = [
  'cloned-identity',
  'revoked-device-uploads',
  'pin-guessing',
  'canary-rolled-back',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** SSE event `alarm`, to consoles, tells id and kind when one is raised and when it is settled. */
export const alarmList = z.object({
  alarms: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(ALARM_KINDS),
      deviceId: z.string(),
      gate: z.string().nullable(),
      lane: z.string().nullable(),
      detail: z.record(z.string(), z.unknown()),
      raisedAt: timeOut,
      settledAt: timeOut.nullable(),
      settledBy: z.string().nullable(),
      note: z.string().nullable(),
    }),
  ),
});
export const settleRequest = z.strictObject({ note: words(200).min(1) });
