// What may be sold so that everybody is in within the hour, what gates need for it, and what would go wrong.
import { z } from 'zod';
import { localized, timeOut } from './primitives.ts';

export const entryPlanQuery = z.strictObject({
  search: z
    .enum(['low', 'usual', 'high'])
    .optional()
    .describe('how thoroughly people are searched: 600, 400 or 230 an hour and search lane'),
  hours: z.coerce
    .number()
    .min(0.25)
    .max(6)
    .optional()
    .describe('in which everybody is to be in; the rule is one'),
  layout: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('version of the ground’s layout; left out: the newest'),
});

const sectionPlan = z.object({
  id: z.string(),
  places: z.int(),
  sold: z.int(),
  entry: z.int().describe('what its gates let in within the hour'),
  sellable: z.int(),
  limitedBy: z.enum(['places', 'lanes', 'search', 'no-gate']),
});

const gatePlan = z.object({
  id: z.string(),
  capacityPerHour: z.int(),
  limitedBy: z.enum(['lanes', 'search']),
  people: z.int().describe('who come here when every place is sold'),
  has: z.object({ lanes: z.int(), fast: z.int(), accessible: z.int() }),
  needs: z.object({
    lanes: z.int(),
    fast: z.int(),
    accessible: z.int(),
    searchLanes: z.int(),
    stewards: z.int(),
  }),
  forecast: z
    .object({
      people: z.int(),
      queueMax: z.int(),
      queueMaxAtMinutes: z.int().describe('before kick-off'),
      waitMaxMinutes: z.int(),
      outsideAtKickOff: z.int(),
      clearAtMinutes: z.int().describe('before kick-off; negative: after it'),
    })
    .describe('of what has been sold'),
});

export const entryPlanAnswer = z.object({
  event: z.string(),
  layout: z.object({ ground: z.string(), version: z.int() }).nullable(),
  places: z.int(),
  sellable: z.int(),
  sold: z.int(),
  sections: z.array(sectionPlan),
  gates: z.array(gatePlan),
  risks: z
    .array(
      z.object({
        kind: z.string(),
        severity: z.enum(['high', 'medium']),
        gate: z.string().nullable(),
        section: z.string().nullable(),
        people: z.int(),
        minutes: z.int().nullable(),
        lanes: z.int().optional().describe('that are missing'),
        allotment: z.string().optional(),
        words: localized,
      }),
    )
    .describe('worst first'),
  announced: z
    .object({ at: timeOut, risks: z.int(), told: z.int().describe('readers written to') })
    .nullable()
    .describe('a day before doors; null: not yet'),
});
export type EntryPlanAnswer = z.infer<typeof entryPlanAnswer>;

const language = z.enum(['zh-CN', 'en']);
const READERS_MAX = 50;

/** Who is told of risks a day before doors. */
export const setRiskReaders = z.strictObject({
  readers: z
    .array(
      z.strictObject({
        address: z.email('write a mail address, such as safety@club.example').max(254),
        language,
      }),
    )
    .max(READERS_MAX),
});

export const riskReaders = z.object({
  readers: z.array(z.object({ address: z.string().describe('masked'), language })),
});
