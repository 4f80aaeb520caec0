// What a steward may look up at a lane.
import { z } from 'zod';
import { TICKET_STATUSES } from '#domain/entry/ticket.ts';
import { identification } from './people.ts';
import { scanId, timeOut, words } from './primitives.ts';

export const FOUND_MAX = 20;

const part = words(40).min(1);

/** By seat, by order, or by the last digits of a phone number: one of the three. */
export const findQuery = z
  .strictObject({
    section: part.optional(),
    row: part.optional(),
    seat: part.optional().describe('with its section; or all of it as “N103 4 7” or “N103-4-7”'),
    order: part.optional(),
    phone: z
      .string()
      .regex(/^\d{4,6}$/, 'write the last 4 to 6 digits')
      .optional(),
  })
  .refine(
    ({ seat, section, order, phone }) =>
      [seat ?? section, order, phone].filter((each) => each !== undefined).length === 1,
    { error: 'name a seat, an order or the end of a phone number, and one of them only' },
  );

export const foundTickets = z.object({
  tickets: z.array(
    z.object({
      ref: z.string(),
      shortId: z.string().describe('to type in, as ABCD-EFGH'),
      type: z.string(),
      stand: z.string().nullable(),
      section: z.string().nullable(),
      row: z.string().nullable(),
      seat: z.string().nullable(),
      status: z.enum(TICKET_STATUSES),
      isBlocked: z.boolean(),
      admits: z.int(),
      inside: z.int(),
      first: z.object({ gate: z.string(), lane: z.string().nullable(), at: timeOut }).nullable(),
      holder: z
        .object({ name: z.string().nullable(), phone: z.string().nullable() })
        .describe('masked'),
    }),
  ),
  hasMore: z.boolean(),
});
export type FoundTickets = z.infer<typeof foundTickets>;

export const holderName = z.object({ name: z.string().nullable() });

export const undoRequest = z.strictObject({
  scanId,
  supervisor: identification,
  reason: words(200).min(1),
});
