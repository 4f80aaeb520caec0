// What whoever has the link of an order gets with it, under `/api/v1/shop/orders/{id}`; the secret stands in the
// header `Kaimen-Order`.
import { z } from 'zod';
import { id, localized, timeOut } from './primitives.ts';

/** All ways to the gates of a ground; a gate may have several. */
export const approaches = z.strictObject({
  approaches: z
    .array(
      z.strictObject({
        gate: id,
        from: localized.describe('such as “metro exit B”'),
        isStepFree: z.boolean(),
        walkMinutes: z.int().min(0).max(180),
      }),
    )
    .max(500),
});

export const orderAdvice = z.object({
  tickets: z.array(
    z.object({
      line: z.string(),
      gate: z.object({ id: z.string(), name: localized }).nullable().describe('null: any gate'),
      isStepFree: z.boolean().describe('the whole way, as far as is known'),
      arriveBy: timeOut,
      waitMinutes: z.int().describe('queue expected at that time'),
      words: localized,
    }),
  ),
  papers: z
    .array(z.enum(['tickets.pdf', 'receipt.pdf', 'calendar.ics', 'wallet.pkpass']))
    .describe('what may be fetched now; a wallet pass for each ticket'),
});
export type OrderAdvice = z.infer<typeof orderAdvice>;
