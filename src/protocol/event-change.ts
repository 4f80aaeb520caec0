// A match that is moved, postponed or cancelled after tickets were sold.
import { z } from 'zod';
import { parseInstant } from '#domain/kernel/instant.ts';
import { time, timeOut, words } from './primitives.ts';

export const eventChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('moved'), doorsAt: time, startsAt: time, endsAt: time }).refine(
    ({ doorsAt, startsAt, endsAt }) => {
      const [doors = 0, starts = 0, ends = 0] = [doorsAt, startsAt, endsAt].map(
        (text) => parseInstant(text) ?? 0,
      );
      return doors <= starts && starts < ends;
    },
    { error: 'doors, kick-off and end must follow each other', path: ['startsAt'] },
  ),
  z.strictObject({ kind: z.literal('postponed') }),
  z.strictObject({ kind: z.literal('cancelled') }),
]);
export type EventChangeRequest = z.infer<typeof eventChange>;

export const previewRequest = z.strictObject({ change: eventChange });

export const foreseen = z.object({
  orders: z.int().describe('that it is about'),
  tickets: z.int(),
  told: z.int().describe('buyers who get a message'),
  unreachable: z.int().describe('buyers who left neither address nor number'),
  refundedOrders: z.int(),
  refundMinor: z.int(),
  currency: z.string().nullable(),
  ended: z.int().describe('orders that are not paid yet, and end'),
  entered: z.int().describe('tickets whose holders have been inside: left to the club'),
});

export const changePreview = z.object({ foreseen });
export type ChangePreview = z.infer<typeof changePreview>;

export const changeRequest = z.strictObject({
  change: eventChange,
  reason: words(200).min(1),
  orders: z.int().min(0).describe('as it was foreseen; where it has changed since, it is refused'),
  refundMinor: z.int().min(0).describe('as it was foreseen'),
  secondPerson: z
    .string()
    .optional()
    .describe('token of a second person: money is given back by two'),
});
export type ChangeRequest = z.infer<typeof changeRequest>;

export const changeView = z.object({
  id: z.string(),
  change: eventChange,
  reason: z.string(),
  begunAt: timeOut,
  finishedAt: timeOut.nullable(),
  foreseen,
  done: foreseen.describe('so far'),
});
export type ChangeView = z.infer<typeof changeView>;
export const changeList = z.object({ changes: z.array(changeView) });
