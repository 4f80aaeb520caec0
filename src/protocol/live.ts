// `GET /events/{id}/live`: server-sent events. No names, no codes. Besides those below: `controls` with a
// {@link ControlsState} at the start and at each change, and `list` with `{cursor}` when tickets changed.
import { z } from 'zod';
import { REASONS, RUNGS, VERDICTS } from '#domain/entry/verdict.ts';
import { timeOut } from './primitives.ts';

/** SSE event `scan`, to people: one verdict. Devices hear of crossings instead: `claims.ts`. */
export const liveScan = z.object({
  revision: z.int(),
  gate: z.string(),
  lane: z.string().nullable(),
  direction: z.enum(['in', 'out']),
  verdict: z.enum(VERDICTS),
  reason: z.enum(REASONS).nullable(),
  rung: z.enum(RUNGS),
  at: timeOut,
});
export type LiveScan = z.infer<typeof liveScan>;

/** Counts of an event, `GET /events/{id}/counts` and SSE event `counts` (twice a second at most). */
export const eventCounts = z.object({
  at: timeOut,
  revision: z.int(),
  inside: z.record(z.string(), z.int()),
  gates: z.array(
    z.object({
      gate: z.string(),
      admitted: z.int(),
      left: z.int(),
      refused: z.record(z.string(), z.int()),
      lastMinute: z.int(),
    }),
  ),
});
export type EventCounts = z.infer<typeof eventCounts>;

/** SSE event `conflict`, to people: two holders on one ticket; again when it is settled. */
export const conflictView = z.object({
  ticketRef: z.string().nullable(),
  checkpoint: z.string(),
  holder: z.object({ gate: z.string(), lane: z.string().nullable(), at: timeOut }),
  intruder: z.object({ gate: z.string(), lane: z.string().nullable(), at: timeOut }),
  notedAt: timeOut,
  resolvedAt: timeOut.nullable(),
});
export type ConflictView = z.infer<typeof conflictView>;
export const conflictList = z.object({ conflicts: z.array(conflictView) });
