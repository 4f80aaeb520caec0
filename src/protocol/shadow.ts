// `POST /events/{id}/shadow/compare`: what the old system decided, beside what we decided.
import { z } from 'zod';

/** Columns of the old system's log; `code` and `decision` are required. */
export const SHADOW_COLUMNS = ['code', 'at', 'gate', 'direction', 'decision', 'reason'] as const;

/** Words of old systems that mean admitted; every other word means refused. */
export const ADMITTED_WORDS = [
  'admitted',
  'accepted',
  'ok',
  'valid',
  'in',
  'green',
  '1',
  'true',
  '放行',
  '通过',
];

export const shadowDifference = z.object({
  line: z.int().nullable().describe('line of the old log; null: only we saw this scan'),
  ticketRef: z.string().nullable(),
  gate: z.string().nullable(),
  old: z.string().nullable(),
  ours: z.string().nullable(),
  why: z.string(),
});
export const shadowReport = z.object({
  compared: z.int(),
  same: z.int(),
  differences: z.array(shadowDifference),
});
export type ShadowReport = z.infer<typeof shadowReport>;
