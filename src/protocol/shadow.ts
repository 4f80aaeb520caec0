// `POST /events/{id}/shadow/compare`: what the old system decided, beside what we decided.
import { z } from 'zod';
import { DIFFERENCES } from '#domain/entry/shadow.ts';
import { VERDICTS } from '#domain/entry/verdict.ts';
import { direction } from './primitives.ts';

/** Columns of the old system's log; `code` and `decision` are required. */
export const SHADOW_COLUMNS = ['code', 'at', 'gate', 'direction', 'decision', 'reason'] as const;
export type ShadowColumn = (typeof SHADOW_COLUMNS)[number];

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

/** Words of old systems for the way out; a blank cell means in. */
export const DIRECTION_WORDS: Readonly<Record<string, z.infer<typeof direction>>> = {
  in: 'in',
  entry: 'in',
  enter: 'in',
  进: 'in',
  进场: 'in',
  入场: 'in',
  out: 'out',
  exit: 'out',
  leave: 'out',
  出: 'out',
  出场: 'out',
  离场: 'out',
};

export const shadowDifference = z.object({
  kind: z.enum(DIFFERENCES),
  line: z.int().nullable().describe('line of the old log; null: only we saw this scan'),
  ticketRef: z.string().nullable(),
  direction,
  gate: z.string().nullable(),
  old: z.enum(['admitted', 'refused']).nullable(),
  ours: z.enum(VERDICTS).nullable(),
  why: z.string(),
});

export const shadowReport = z.object({
  compared: z.int().describe('scans that either saw; one that both saw counts once'),
  same: z.int(),
  differences: z.array(shadowDifference).describe('by line of the old log, then what only we saw'),
});
export type ShadowReport = z.infer<typeof shadowReport>;
