// Rewards for coming when and where it is quiet: what they would do to the queues, who took them up, and what
// came of it.
import { z } from 'zod';
import { PLEDGE_OUTCOMES } from '#domain/sales/arrival-credit.ts';
import { timeOut, words } from './primitives.ts';
import { arrivalOffer } from './sales.ts';

export const arrivalPreviewRequest = z.strictObject({
  arrivals: z.array(arrivalOffer).min(1).max(20),
  takeUpPerMille: z
    .int()
    .min(0)
    .max(1_000)
    .default(100)
    .describe('of those whom an offer would move, how many take it up'),
  crowd: z
    .enum(['sold-out', 'sold'])
    .default('sold-out')
    .describe('reckoned with every place sold, or with what has been sold so far'),
});

const peak = z.object({ people: z.int(), at: timeOut.nullable() });

export const arrivalPreview = z.object({
  event: z.string(),
  binMinutes: z.int(),
  before: peak.describe('most people who arrive within one bin, at all gates together'),
  after: peak,
  gates: z.array(
    z.object({
      gate: z.string(),
      before: peak,
      after: peak,
      queueBefore: z.int().describe('most people outside at once'),
      queueAfter: z.int(),
      isWorse: z.boolean(),
    }),
  ),
  offers: z.array(
    z.object({
      id: z.string(),
      taken: z.int().describe('tickets that take it up, those who would come then anyhow too'),
      movedPeople: z.int(),
      costMinor: z.int(),
    }),
  ),
  bins: z.array(z.object({ gate: z.string(), from: timeOut, before: z.int(), after: z.int() })),
});
export type ArrivalPreview = z.infer<typeof arrivalPreview>;

export const pledgeRequest = z.strictObject({
  tickets: z.array(words(64).min(1)).min(1).max(60).describe('ticket references'),
});

export const orderPledgeRequest = z.strictObject({
  lines: z.array(words(20).min(1)).min(1).max(60).nullable().default(null).describe('null: all'),
});

export const pledgesMade = z.object({
  pledged: z.array(z.string()),
  refused: z.array(z.object({ ticket: z.string(), reason: z.string() })),
});
export type PledgesMade = z.infer<typeof pledgesMade>;

export const arrivalStanding = z.object({
  offers: z.array(
    z.object({
      id: z.string(),
      budgetMinor: z.int(),
      pledged: z.int(),
      pledgedMinor: z.int(),
      outcomes: z.partialRecord(z.enum(PLEDGE_OUTCOMES), z.int()).describe('once it is settled'),
      owedMinor: z.int(),
    }),
  ),
});
export type ArrivalStanding = z.infer<typeof arrivalStanding>;

export const arrivalsSettled = z.object({
  settled: z.int(),
  credits: z.array(z.object({ ticket: z.string(), offer: z.string(), creditMinor: z.int() })),
});
export type ArrivalsSettled = z.infer<typeof arrivalsSettled>;
