// Tickets that are counted out to a desk before the match: it sells them while its hub is away, and each is answered
// for afterwards, as sold with its money or as unsold.
import { z } from 'zod';
import {
  BOX_OFFICE,
  deskMinor,
  deskTypes,
  locale,
  PRICE_MINOR_MAX,
  saleName,
} from './box-office.ts';
import { id, time, timeOut, words } from './primitives.ts';
import { holdId } from './shop-addresses.ts';

export const CONSIGNMENTS = `${BOX_OFFICE}/consignments`;
export const CONSIGNED_SALES = `${BOX_OFFICE}/consigned-sales`;
export const CONSIGNED_RETURNS = `${BOX_OFFICE}/consigned-returns`;
const REFS_MAX = 500;

export const consignRequest = z.strictObject({
  sale: saleName,
  hold: holdId,
  types: deskTypes,
  totalMinor: deskMinor.describe('as it was quoted: what the desk then owes'),
  locale,
});
export type ConsignRequest = z.infer<typeof consignRequest>;

const place = z.object({
  ref: z.string(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  seat: z.string().nullable(),
  type: z.string(),
  amountMinor: z.int(),
});
export type ConsignedPlace = z.infer<typeof place>;

const consignedTicket = place.extend({
  code: z.string().describe('what the gate reads'),
  slip: z.string().describe('base64: what the printer is sent'),
  again: z.string().describe('base64: the same as a duplicate, if the first may have come out'),
});
export type ConsignedTicket = z.infer<typeof consignedTicket>;

/** Asked for again by the same sale it is the same consignment, and the same slips. */
export const consignment = z.object({
  order: z.string(),
  currency: z.string(),
  tickets: z.array(consignedTicket),
});
export type Consignment = z.infer<typeof consignment>;

const count = z.object({ tickets: z.int(), amountMinor: z.int() });
export const consignments = z.object({
  consignments: z.array(
    z.object({
      order: z.string(),
      person: z.string().describe('pseudonym, as in the audit'),
      isOwn: z.boolean(),
      madeAt: timeOut,
      currency: z.string(),
      out: count.describe('not answered for yet'),
      sold: count,
      returned: count,
      entered: count.describe('said to be unsold, and somebody came in with it: the desk owes it'),
    }),
  ),
  own: z.array(place).describe('of whoever asks, not answered for yet'),
});
export type Consignments = z.infer<typeof consignments>;

const WAYS = ['cash', 'card'] as const;
export const consignedSaleRequest = z.strictObject({
  sale: saleName.describe('made up by the desk: the same again is the same sale'),
  refs: z.array(id).min(1).max(REFS_MAX),
  payments: z
    .array(
      z.strictObject({
        provider: z.enum(WAYS),
        amountMinor: z.int().min(1).max(PRICE_MINOR_MAX),
        reference: words(64).min(1).optional().describe('of a card terminal'),
      }),
    )
    .max(5)
    .describe('together exactly what these tickets cost'),
  soldAt: time.describe('by the clock of the desk'),
});
export type ConsignedSaleRequest = z.infer<typeof consignedSaleRequest>;

export const consignedReturnRequest = z.strictObject({
  refs: z.array(id).min(1).max(REFS_MAX).describe('unsold; the same again is answered alike'),
});

const OUTCOMES = ['sold', 'returned', 'entered'] as const;
export const consignedOutcomes = z.object({
  outcomes: z.array(z.object({ ref: z.string(), outcome: z.enum(OUTCOMES) })),
});
export type ConsignedOutcomes = z.infer<typeof consignedOutcomes>;
