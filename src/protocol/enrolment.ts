// Offers that a supervisor shows, and the enrolment that a phone makes of one.
import { z } from 'zod';
import { DEVICE_ROLES, ENDS, PHONE_ROLES } from '#domain/access/device-roles.ts';
import { id, time, timeOut, words } from './primitives.ts';

export const OFFER_MINUTES_MAX = 10;

export const offerRequest = z.strictObject({
  event: id,
  gate: id.optional().describe('where it will stand; not needed with `replaces`'),
  lane: id.optional(),
  role: z.enum(PHONE_ROLES).optional().describe('`steward` when left out'),
  minutes: z.int().min(1).max(OFFER_MINUTES_MAX).optional(),
  until: time.optional().describe('when the device stops; two hours after the event when left out'),
  replaces: id
    .optional()
    .describe('a device whose place it takes, and which is revoked in that moment'),
  withOperator: z
    .boolean()
    .optional()
    .describe('with `replaces`: whoever is signed on there goes on at the new phone'),
  isPractice: z.boolean().optional().describe('for training: nothing that it does is counted'),
  gateUrl: z
    .string()
    .max(200)
    .regex(
      /^https?:\/\/[A-Za-z0-9.[\]:-]+$/,
      'write scheme, host and port alone, such as https://gate.example.org',
    )
    .optional()
    .describe('by which phones reach this server; as this request reached it when left out'),
});

export const offerMade = z.object({
  offerId: z.string(),
  url: z.string().describe('to be shown as a QR code; what follows # is the secret, shown once'),
  gate: z.string(),
  lane: z.string().nullable(),
  role: z.enum(PHONE_ROLES),
  expiresAt: timeOut,
  deviceExpiresAt: timeOut,
});
export type OfferMade = z.infer<typeof offerMade>;

export const offerView = z.object({
  offerId: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  role: z.enum(PHONE_ROLES),
  isPractice: z.boolean(),
  replaces: z.string().nullable(),
  madeBy: z.string(),
  madeAt: timeOut,
  expiresAt: timeOut,
  state: z.enum(['open', 'used', 'withdrawn', 'expired']),
  device: z.string().nullable().describe('who used it'),
});
export const offerList = z.object({ offers: z.array(offerView) });

export const SECRET_PATTERN = /^[A-Z2-7]{26}$/;

export const enrolmentRequest = z.strictObject({
  secret: z.string().regex(SECRET_PATTERN, 'is not the secret of an offer: scan the code again'),
  label: words(60).optional().describe('what kind of phone it is'),
});

export const operatorView = z.object({
  person: z.string(),
  name: z.string().nullable(),
  role: z.enum(['steward', 'volunteer', 'gate-supervisor']),
});

export const enrolled = z.object({
  deviceId: z.string(),
  event: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  role: z.enum(DEVICE_ROLES),
  isPractice: z.boolean(),
  checkpoint: z.string(),
  expiresAt: timeOut.nullable(),
  serverTime: timeOut,
  storeEpoch: z.string(),
  replaces: z.string().nullable(),
  operator: operatorView.nullable(),
});
export type Enrolled = z.infer<typeof enrolled>;

export const handoverRequest = z.strictObject({
  withOperator: z.boolean().optional().describe('whoever is signed on goes on at the new phone'),
});

/** SSE event `revoked`, the last that a device hears: decide nothing more, send the journal, wipe. */
export const revokedNotice = z.object({ why: z.enum(ENDS), wipe: z.literal(true) });
export type RevokedNotice = z.infer<typeof revokedNotice>;
