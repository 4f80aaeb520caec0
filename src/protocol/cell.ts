// The venue cell as operators see it.
import { z } from 'zod';
import { words } from './primitives.ts';

export const cellView = z.object({
  hasQuorum: z.boolean().describe('a majority answers: claims are decided'),
  isFull: z.boolean().describe('it has reached its quota and takes nothing more'),
  revision: z.string().nullable().describe('of etcd; a 64-bit number as text'),
  members: z.array(
    z.object({
      id: z.string().describe('a 64-bit number as text'),
      name: z.string(),
      endpoint: z.string().nullable(),
      isLeader: z.boolean(),
      isUp: z.boolean(),
      version: z.string().nullable(),
      bytes: z.int().nullable(),
    }),
  ),
  events: z.array(
    z.object({
      id: z.string(),
      isDecided: z.boolean().describe('by the cell; else it is only kept ready there'),
      behind: z.boolean().describe('the cell is older than what lanes have seen'),
      writtenDown: z.int().describe('verdicts of it in this store'),
    }),
  ),
});
export type CellView = z.infer<typeof cellView>;

export const cellLeadRequest = z.strictObject({
  to: words(64).min(1).describe('name of a member'),
});

export const cellEventRequest = z.strictObject({
  act: z
    .enum(['keep', 'anew', 'clear'])
    .describe(
      'keep: its tickets are kept in the cell, ready to be decided there. anew: dropped and loaded from this store. clear: after the match, once everything is written down here',
    ),
});
export const cellEventAnswer = z.object({
  event: z.string(),
  act: z.string(),
  scans: z.int(),
  claims: z.int(),
});
