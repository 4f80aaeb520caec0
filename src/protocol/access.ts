// Tokens of people, enrolment of devices, audit, and the state of the store.
import { z } from 'zod';
import { DEVICE_ROLES, ENDS } from '#domain/access/device-roles.ts';
import { ROLES, TOKEN_ROLES } from '#domain/access/roles.ts';
import { operatorView } from './enrolment.ts';
import { id, time, timeOut, words } from './primitives.ts';

export const tokenRequest = z.strictObject({
  role: z.enum(TOKEN_ROLES),
  person: id.optional().describe('pseudonymous id of the person; made up when left out'),
  expiresAt: time.optional(),
});
export const tokenCreated = z.object({
  id: z.string(),
  token: z.string().describe('shown once'),
  role: z.enum(ROLES),
  person: z.string(),
});

export const deviceRequest = z.strictObject({ event: id, gate: id, lane: id.optional() });
export const deviceEnrolled = z.object({
  deviceId: z.string(),
  token: z.string().describe('shown once'),
});
export const deviceView = z.object({
  deviceId: z.string(),
  event: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  role: z.enum(DEVICE_ROLES),
  isPractice: z.boolean(),
  label: z.string().nullable(),
  operator: z.string().nullable().describe('pseudonymous id of whoever is signed on'),
  replaces: z.string().nullable(),
  enrolledBy: z.string(),
  enrolledAt: timeOut,
  expiresAt: timeOut.nullable(),
  seenAt: timeOut.nullable(),
  revokedAt: timeOut.nullable(),
  revokedWhy: z.enum(ENDS).nullable(),
});
export const deviceList = z.object({ devices: z.array(deviceView) });

/** What a device learns of itself: where it stands and which store answers it. */
export const deviceSelf = z.object({
  deviceId: z.string(),
  event: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  role: z.enum(DEVICE_ROLES),
  isPractice: z.boolean(),
  operator: operatorView.nullable(),
  checkpoint: z.string(),
  serverTime: timeOut,
  storeEpoch: z.string(),
});
export type DeviceSelf = z.infer<typeof deviceSelf>;

export const auditEntry = z.object({
  node: z.string(),
  seq: z.int(),
  at: timeOut,
  actor: z.string(),
  act: z.string(),
  subject: z.string(),
  detail: z.string(),
  hash: z.string(),
});
export const auditPage = z.object({ entries: z.array(auditEntry), next: z.string().nullable() });

export const auditVerdict = z.object({
  isWhole: z.boolean(),
  entries: z.int(),
  heads: z.array(z.object({ node: z.string(), seq: z.int(), hash: z.string() })),
  broken: z
    .object({ node: z.string(), seq: z.int(), why: z.string() })
    .nullable()
    .describe('the first entry that does not follow from the one before'),
});

export const storeView = z.object({
  state: z.enum(['serving', 'rebuilding']),
  epoch: z.string(),
  why: z.string().nullable(),
  waitingFor: z
    .array(z.string())
    .describe('devices whose journals have not been heard out since the rebuild began'),
});
export const reconcileRequest = z.strictObject({
  withoutDevices: z
    .array(z.string())
    .optional()
    .describe('devices that are lost: their journals will not be waited for'),
  reason: words(200).min(1),
});
