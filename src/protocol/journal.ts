// `POST /journal`: what a lane wrote down, carried up. Keyed (device, journalId, seq); the same key
// with other content is kept apart and alarmed, never overwritten.
import { z } from 'zod';
import { REASONS, RUNGS, VERDICTS } from '#domain/entry/verdict.ts';
import { direction, id, scanId, time } from './primitives.ts';

const seq = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const scanned = {
  seq,
  scanId,
  code: z.string().max(4096),
  direction,
  scannedAt: time,
  lane: id.optional(),
  operator: id.optional(),
};

/** Counted in one entry. */
export const PEOPLE_AT_ONCE_MAX = 100;

export const journalEntry = z.discriminatedUnion('kind', [
  /** Written before the claim is asked for. */
  z.strictObject({ kind: z.literal('intent'), ...scanned }),
  /** Written before the light: what was shown, and who had decided it. */
  z.strictObject({
    kind: z.literal('outcome'),
    ...scanned,
    verdict: z.enum(VERDICTS),
    reason: z.enum(REASONS).nullable(),
    rung: z.enum(RUNGS),
    revision: z.int().nullable().describe('of an exact answer'),
    notBefore: time.optional().describe('time of the last exact answer this lane had seen'),
  }),
  z.strictObject({ kind: z.literal('turned'), seq, scanId, turned: z.boolean(), at: time }),
  z.strictObject({ kind: z.literal('annulled'), seq, scanId, at: time, cause: id }),
  z.strictObject({
    kind: z.literal('rung'),
    seq,
    from: z.enum(RUNGS),
    to: z.enum(RUNGS),
    cause: z.string().max(200),
    at: time,
  }),
  /** People let through where no code decided: by the steward's eye, or at a gate that stands open. */
  z.strictObject({
    kind: z.literal('counted'),
    seq,
    direction,
    people: z.int().min(1).max(PEOPLE_AT_ONCE_MAX),
    rung: z.enum(['visual', 'open']),
    at: time,
    lane: id.optional(),
    operator: id.optional(),
    scanId: scanId
      .optional()
      .describe('the scan that left it to the steward’s eye, if there was one'),
  }),
  /** An exact answer that came after the lane had decided alone, and could not be shown any more. */
  z.strictObject({
    kind: z.literal('late'),
    seq,
    scanId,
    verdict: z.enum(VERDICTS),
    reason: z.enum(REASONS).nullable(),
    rung: z.enum(RUNGS),
    revision: z.int(),
    at: time,
  }),
]);
export type JournalEntry = z.infer<typeof journalEntry>;

export const JOURNAL_ENTRIES_MAX = 500;

/** Entries are checked one by one, so that a bad one never blocks the rest. */
export const journalUpload = z.strictObject({
  journalId: z.uuid(),
  entries: z.array(z.looseObject({ seq })).max(JOURNAL_ENTRIES_MAX),
  isComplete: z.boolean().optional().describe('nothing is left on the lane beyond these entries'),
  lastSeq: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('of the lane’s last entry: until all up to it are here, nothing is complete'),
  leftOut: z
    .array(seq)
    .max(JOURNAL_ENTRIES_MAX)
    .optional()
    .describe('numbers that will not come: these entries were refused whenever they were sent'),
});

export const journalReceipt = z.object({
  acceptedThrough: z.int().describe('every entry up to here is stored; 0: none'),
  durableThrough: z
    .int()
    .describe('every entry up to here survives the loss of this machine’s peers'),
  quarantined: z.array(z.object({ seq: z.int(), why: z.string() })),
  conflicts: z.int().describe('admissions among these entries that met another on the same ticket'),
});
export type JournalReceipt = z.infer<typeof journalReceipt>;
