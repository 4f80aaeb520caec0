// `GET /events/{id}/claims?since=CURSOR` and the event `claims` of the live feed, for devices: who has
// crossed, whoever decided it: any node, a journal that came later, a box. No names, no codes, no scans.
import { z } from 'zod';

export const CLAIMS_PAGE_MAX = 10_000;

/**
 * One ticket at one checkpoint, all its crossings that were not taken back, as one flat array, because
 * there are 80,000 of them: serial · index of the checkpoint · then for each crossing its time in ms
 * after `base` and a number that is 4 × index of the gate + 2 if a lane alone decided it + 1 if it leads
 * out. A row without crossings: all were taken back.
 */
export const claimRow = z.array(z.int()).min(2);

export const claimsPage = z.object({
  after: z
    .string()
    .describe('`epoch:revision`: what a lane must hold for this page to follow without a gap'),
  cursor: z.string().describe('what it holds then; pass as `since`'),
  hasMore: z.boolean(),
  base: z.int().describe('epoch ms from which the times in rows count'),
  gates: z.array(z.string()),
  checkpoints: z.array(z.string()),
  claims: z.array(claimRow),
});
export type ClaimsPage = z.infer<typeof claimsPage>;
