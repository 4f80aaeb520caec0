// `GET /events/{id}/recording`, and the file of `kaimen scans export`: a match as it was decided, one JSON document
// a line. The first line is the {@link recordingHead}; then what changed; then every scan in the order of its
// revision; a last line says how many there were. No names, no phones, no codes.
import { z } from 'zod';
import { TICKET_STATUSES } from '#domain/entry/ticket.ts';
import { REASONS, RUNGS, VERDICTS } from '#domain/entry/verdict.ts';
import { EVENT_STATUSES, REFERRALS } from '#domain/venue/match-event.ts';
import { direction } from './primitives.ts';

export const RECORDING_FORMAT = 'kaimen-recording';
export const RECORDING_VERSION = 1;

const revision = z.int().min(0);
/** Milliseconds since 1970. */
const instant = z.number();

export const recordingHead = z.object({
  kind: z.literal('head'),
  format: z.literal(RECORDING_FORMAT),
  version: z.literal(RECORDING_VERSION),
  event: z.string(),
  release: z.string().describe('of the server that wrote this down'),
  rung: z.enum(['hub', 'edge']),
});

const crossing = z.object({
  device: z.string(),
  scan: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  at: instant,
  direction,
  isExact: z.boolean(),
  annulledAt: instant.nullable(),
});

const ticket = z.object({
  serial: z.int(),
  ref: z.string(),
  type: z.string(),
  stand: z.string().nullable(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  seat: z.string().nullable(),
  gates: z.array(z.string()).nullable(),
  validFrom: instant.nullable(),
  validUntil: instant.nullable(),
  admits: z.int().nullable(),
  status: z.enum(TICKET_STATUSES),
  isBlocked: z.boolean(),
  issue: z.int(),
  referral: z.enum(REFERRALS).nullable(),
});

export const recordingLine = z.discriminatedUnion('kind', [
  recordingHead,
  z.object({ kind: z.literal('file'), from: revision, file: z.unknown() }),
  z.object({
    kind: z.literal('controls'),
    from: revision,
    entryEpoch: z.int(),
    status: z.enum(EVENT_STATUSES),
    state: z.looseObject({}),
  }),
  z.object({ kind: z.literal('ticket'), through: revision.nullable(), ticket }),
  z.object({
    kind: z.literal('change'),
    revision,
    entryEpoch: z.int().nullable(),
    checkpoint: z.string().nullable(),
    serial: z.int().nullable(),
    crossings: z.array(crossing).nullable(),
    scopes: z.array(z.string()),
    inside: z.int(),
  }),
  z.object({
    kind: z.literal('scan'),
    revision,
    device: z.string(),
    scanId: z.string(),
    gate: z.string(),
    lane: z.string().nullable(),
    checkpoint: z.string(),
    entryEpoch: z.int(),
    direction,
    verdict: z.enum(VERDICTS),
    reason: z.enum(REASONS).nullable(),
    rung: z.enum(RUNGS),
    serial: z.int().nullable(),
    decidedAt: instant,
    inside: z.int(),
    found: z.string().nullable(),
    readAt: revision.nullable(),
    batchFrom: revision.nullable(),
  }),
  z.object({ kind: z.literal('end'), scans: z.int() }),
]);
export type RecordingLine = z.infer<typeof recordingLine>;
