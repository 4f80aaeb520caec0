// `POST /scans`, `POST /scans/{scanId}/annul`: one scan and its verdict.
import { z } from 'zod';
import { NEXT_ACTIONS, REASONS, RUNGS, VERDICTS } from '#domain/entry/verdict.ts';
import { direction, id, scanId, time, timeOut } from './primitives.ts';

export const scanRequest = z.strictObject({
  scanId: scanId.describe('chosen by the device; the same for every repeat of this scan'),
  code: z
    .string()
    .max(4096)
    .describe('as read; anything that is not a code is answered unreadable'),
  direction,
  scannedAt: time.describe('the lane’s clock: evidence, never what decides while online'),
  lane: id.optional(),
  operator: id.optional().describe('who stands at the lane'),
  confirms: scanId.optional().describe('the referred scan that the steward has settled'),
  isManual: z
    .boolean()
    .optional()
    .describe('the code is a short identifier that somebody typed in'),
});
export type ScanRequest = z.infer<typeof scanRequest>;

/** Where the holder sits; a name only where a steward must check it. */
export const ticketShown = z.object({
  ref: z.string(),
  type: z.string(),
  stand: z.string().nullable(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  seat: z.string().nullable(),
  admits: z.int(),
});
export type TicketShown = z.infer<typeof ticketShown>;

export const scanAnswer = z.object({
  scanId,
  verdict: z.enum(VERDICTS),
  reason: z.enum(REASONS).nullable(),
  rung: z.enum(RUNGS),
  ticket: ticketShown.nullable(),
  first: z
    .object({ gate: z.string(), lane: z.string().nullable(), at: timeOut })
    .nullable()
    .describe('where and when the ticket was used before'),
  gateHint: z.object({ gates: z.array(z.string()) }).nullable(),
  attention: z.string().nullable(),
  next: z.enum(NEXT_ACTIONS),
  from: timeOut.nullable().describe('from when, or since when, where a time would help'),
  decidedAt: timeOut,
  storeEpoch: z.string().describe('changes whenever the claim store starts or is rebuilt'),
  revision: z.int().describe('grows with every decision of the event'),
  mark: z
    .string()
    .describe('proves epoch and revision; send the latest as `kaimen-seen: epoch:revision:mark`'),
});
export type ScanAnswer = z.infer<typeof scanAnswer>;

export const annulRequest = z.strictObject({
  cause: z.enum(['not-turned', 'never-shown', 'supervisor']),
  operator: id.optional(),
});

export const annulAnswer = z.object({
  scanId,
  outcome: z.enum(['annulled', 'already-annulled']),
  at: timeOut,
});
export type AnnulAnswer = z.infer<typeof annulAnswer>;

/** A scan as the control room sees it. */
export const scanRecord = z.object({
  scanId,
  deviceId: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  operator: z.string().nullable(),
  isManual: z.boolean(),
  direction,
  verdict: z.enum(VERDICTS),
  reason: z.enum(REASONS).nullable(),
  rung: z.enum(RUNGS),
  ticketRef: z.string().nullable(),
  scannedAt: timeOut,
  decidedAt: timeOut,
  revision: z.int(),
  annulledAt: timeOut.nullable(),
});

export const scanPage = z.object({
  scans: z.array(scanRecord),
  next: z.string().nullable().describe('pass as `after` for the next page'),
});
