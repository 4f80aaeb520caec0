// The match freeze: what is in force, and two people who agree to a change all the same.
import { z } from 'zod';
import { FREEZE_HOURS_MAX } from '#domain/release/freeze.ts';
import { timeOut, words } from './primitives.ts';

const secondPerson = words(200).describe('token of another person who may');

export const freezeView = z.object({
  hoursBefore: z.int(),
  event: z.string().nullable().describe('the match that freezes; null: nothing is frozen now'),
  from: timeOut.nullable().describe('null: since it was opened'),
  until: timeOut
    .nullable()
    .describe('at the latest; a match that is open freezes until it is closed'),
  override: z
    .object({ id: z.string(), reason: z.string(), by: z.array(z.string()), until: timeOut })
    .nullable(),
  releases: z.array(z.object({ release: z.string(), firstAt: timeOut, lastAt: timeOut })),
});
export type FreezeView = z.infer<typeof freezeView>;

export const overrideRequest = z.strictObject({
  reason: words(200).min(1),
  minutes: z
    .int()
    .min(1)
    .max(24 * 60)
    .optional()
    .describe('for how long; 120 if left out'),
  secondPerson,
});

export const freezeSettings = z.strictObject({
  hoursBefore: z.int().min(0).max(FREEZE_HOURS_MAX),
  reason: words(200).min(1),
  secondPerson: secondPerson.optional().describe('during a freeze it takes two'),
});
