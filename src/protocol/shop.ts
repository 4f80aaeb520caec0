// The shop: what is on sale, what is left of it, and holds. Seats are the dense index of the sale's layout;
// money is whole minor units.
import { z } from 'zod';
import { id, localized, timeOut, words } from './primitives.ts';
import { seatSection, standingSection } from './shop-layout.ts';

// What is on sale.

export const saleStates = ['announced', 'on-sale', 'closed'] as const;

const eventOnSale = z.object({
  id: z.string(),
  name: localized,
  venue: z.object({ name: localized, timeZone: z.string() }),
  doorsAt: timeOut,
  startsAt: timeOut,
  endsAt: timeOut,
  state: z.enum(saleStates),
  opensAt: timeOut,
  closesAt: timeOut,
  currency: z.string(),
  fromMinor: z.int().nullable().describe('what the cheapest ticket costs now'),
  left: z.int().describe('places that may still be bought; some of them may be held just now'),
});
export type EventOnSale = z.infer<typeof eventOnSale>;
export const eventsOnSale = z.object({ events: z.array(eventOnSale) });

const amount = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fixed'), amountMinor: z.int() }),
  z.object({ kind: z.literal('per-mille'), perMille: z.int() }),
]);

export const saleView = eventOnSale.extend({
  layout: z.object({ ground: z.string(), version: z.int() }),
  seats: z.int().describe('seats of the layout: what a snapshot has two bits for'),
  limits: z.object({
    perHold: z.int().describe('places in one hold'),
    perPerson: z.int().nullable().describe('tickets that one buyer may have; null: no limit'),
    holdSeconds: z.int(),
    extendSeconds: z.int().describe('once'),
  }),
  /** Categories and types without prices in them are shown nowhere. */
  categories: z.array(z.object({ id: z.string(), name: localized })),
  types: z.array(
    z.object({
      id: z.string(),
      name: localized,
      soldIn: z.int(),
      accompaniedBy: z.object({ types: z.array(z.string()), each: z.int() }).nullable(),
      proof: localized.nullable(),
    }),
  ),
  prices: z.array(z.object({ category: z.string(), type: z.string(), amountMinor: z.int() })),
  fees: z.array(
    z.object({ id: z.string(), name: localized, per: z.enum(['ticket', 'order']), amount }),
  ),
  taxes: z.array(z.object({ id: z.string(), name: localized, rateBasisPoints: z.int() })),
  incentives: z.array(
    z.object({
      id: z.string(),
      name: localized,
      slots: z.array(z.object({ from: timeOut, until: timeOut })).nullable(),
      off: amount,
      categories: z.array(z.string()).nullable(),
      types: z.array(z.string()).nullable(),
    }),
  ),
  providers: z.array(z.string()).describe('ways to pay, in the order to offer them'),
  /** Which documents buyers show for which types; null: nobody is asked. */
  realName: z
    .object({ kinds: z.array(z.string()), types: z.array(z.string()).nullable() })
    .nullable(),
  /** Credit for whoever says beforehand when or by which gate they come, and does; see the protocol page. */
  arrivals: z.array(
    z.object({
      id: z.string(),
      name: localized,
      from: timeOut,
      until: timeOut,
      /** By which of these to come; null: by any. */
      gates: z.array(z.object({ id: z.string(), name: localized })).nullable(),
      /** To which those gates lead; null: to all. */
      sections: z.array(z.string()).nullable(),
      types: z.array(z.string()).nullable(),
      creditMinor: z.int(),
    }),
  ),
  /** What is kept of a ticket that is given back before a moment; after the last one nothing is taken back. */
  refundTiers: z.array(z.object({ until: timeOut, keptPerMille: z.int() })),
});
export type SaleView = z.infer<typeof saleView>;

export const layoutQuery = z.strictObject({ version: z.coerce.number().int().min(1) });

/** Immutable by its version, kept by browsers for a year; `unpackLayout` makes columns of it. */
export const shopLayout = z.object({
  ground: z.string(),
  version: z.int(),
  pitch: z.object({ length: z.number(), width: z.number() }),
  stands: z.array(z.object({ id: z.string(), name: localized.optional() })),
  /** Places in this list are what `category` of a section or row means; of seats by their index. */
  categories: z.array(z.string()),
  sections: z.array(z.discriminatedUnion('kind', [seatSection, standingSection])),
});
export type ShopLayout = z.infer<typeof shopLayout>;

/** Two bits of a snapshot. */
export const SEAT_FREE = 0;
/** Held or sold, or otherwise not to be had now. */
export const SEAT_TAKEN = 1;
/** Kept for later: an allotment that may come back. */
export const SEAT_LATER = 2;
export const SEAT_NOT_SOLD = 3;

export const availabilityQuery = z.strictObject({
  since: z.coerce.number().int().min(0).optional(),
});

const standingLeft = z.record(z.string(), z.int()).describe('places left by standing section');

export const availabilitySnapshot = z.object({
  kind: z.literal('snapshot'),
  revision: z.int(),
  /** Two bits a seat, four seats a byte, the first in the lowest bits; base64. `readSnapshot` unpacks it. */
  seats: z.string(),
  standing: standingLeft,
});
export const availabilityDelta = z.object({
  kind: z.literal('delta'),
  revision: z.int(),
  since: z.int(),
  /** Index and code, one after the other: what is the case now, not how it came to be. */
  seats: z.array(z.int()),
  standing: standingLeft.describe('of those that changed'),
});
export type AvailabilityDelta = z.infer<typeof availabilityDelta>;
/** A snapshot also where `since` is too long ago, or of a stock that is no more. */
export const availability = z.discriminatedUnion('kind', [availabilitySnapshot, availabilityDelta]);
export type Availability = z.infer<typeof availability>;

/** @returns one code a seat. @throws RangeError when it is shorter than `seats` */
export function readSnapshot(packed: string, seats: number): Uint8Array {
  const bytes = atob(packed);
  if (bytes.length * 4 < seats) throw new RangeError('the snapshot is of another layout');
  const codes = new Uint8Array(seats);
  for (let seat = 0; seat < seats; seat++) {
    codes[seat] = (bytes.charCodeAt(seat >> 2) >> ((seat & 3) * 2)) & 3;
  }
  return codes;
}

// Holds.

export const PLACES_PER_HOLD_MAX = 60;

const seatWish = z.strictObject({ seat: z.int().min(0), type: id });
const standingWish = z.strictObject({
  section: id,
  type: id,
  count: z.int().min(1).max(PLACES_PER_HOLD_MAX),
});

/** So many of each type, chosen in the very step that claims them. */
export const bestWish = z.strictObject({
  types: z
    .array(z.strictObject({ type: id, count: z.int().min(1).max(PLACES_PER_HOLD_MAX) }))
    .min(1)
    .max(20),
  categories: z.array(id).max(50).optional().describe('any of these; left out: any'),
  sections: z.array(id).max(200).optional().describe('any of these; left out: any'),
  near: z
    .strictObject({ x: z.number().min(-500).max(500), y: z.number().min(-500).max(500) })
    .optional()
    .describe('metres in the plane of the ground; left out: where one sees best'),
  wheelchairs: z.int().min(0).max(10).default(0).describe('of them; each with a companion’s seat'),
  isStepFree: z.boolean().default(false),
  acceptsRestricted: z.boolean().optional().describe('also seats that do not see all of the pitch'),
  isAway: z.boolean().optional().describe('seats of the visitors’ supporters, and no others'),
  maySplit: z
    .boolean()
    .default(true)
    .describe('over several rows, when no row has so many together'),
});
export type BestWish = z.infer<typeof bestWish>;

/** `Kaimen-Cart` and `Idempotency-Key` are needed; what the cart holds already stays held. */
export const holdRequest = z
  .strictObject({
    seats: z.array(seatWish).min(1).max(PLACES_PER_HOLD_MAX).optional(),
    standing: z.array(standingWish).min(1).max(10).optional(),
    best: bestWish.optional(),
  })
  .refine(
    ({ seats, standing, best }) =>
      (best === undefined) !== (seats === undefined && standing === undefined),
    'name seats or standing places, or ask for the best available ones',
  );
export type HoldRequest = z.infer<typeof holdRequest>;

/**
 * Why nothing was held: `why` of the problem `conflict`, and the key of the shop's words. Seats that it is about
 * stand in `errors` as `seats[INDEX]`.
 */
export const HOLD_REFUSALS = [
  'not-on-sale',
  'seat-taken',
  'not-for-sale',
  'sold-out',
  'none-together',
  'standing-full',
  'sold-out-here',
  'person-limit',
  'order-limit',
  'needs-person',
  'hold-limit',
  'type-not-sold',
  'companion-needed',
  'leaves-lone-seat',
] as const;
export type HoldRefusal = (typeof HOLD_REFUSALS)[number];

export const placeView = z.object({
  line: z.string().describe('names this place in the hold, in its order and in quotes'),
  seat: z.int().nullable().describe('null: standing'),
  section: z.string(),
  row: z.string().nullable(),
  number: z.string().nullable(),
  category: z.string(),
  type: z.string(),
});

export const quoteView = z.object({
  currency: z.string(),
  lines: z.array(
    z.object({
      line: z.string(),
      priceMinor: z.int(),
      discounts: z.array(
        z.object({
          kind: z.enum(['incentive', 'voucher']),
          id: z.string(),
          amountMinor: z.int(),
        }),
      ),
      ticketMinor: z.int(),
      fees: z.array(z.object({ fee: z.string(), amountMinor: z.int() })),
      totalMinor: z.int(),
    }),
  ),
  fees: z.array(z.object({ fee: z.string(), amountMinor: z.int() })).describe('of the whole order'),
  taxes: z
    .array(z.object({ tax: z.string(), rateBasisPoints: z.int(), taxMinor: z.int() }))
    .describe('included in the prices'),
  totalMinor: z.int(),
});
export type QuoteView = z.infer<typeof quoteView>;

export const holdView = z.object({
  id: z.string(),
  event: z.string(),
  state: z.enum(['live', 'ordered', 'expired', 'released', 'sold']),
  expiresAt: timeOut,
  isExtended: z.boolean(),
  places: z.array(placeView),
  /** How the best available ones were found. */
  choice: z
    .object({
      groups: z.array(z.int()).describe('how many sit together, one number a group'),
      leavesLoneSeats: z.int(),
    })
    .nullable(),
  quote: quoteView.nullable().describe('null: these types cannot be bought together as they are'),
  quoteRefusal: z.string().nullable(),
  now: timeOut.describe('by the clock that ends the hold'),
});
export type HoldView = z.infer<typeof holdView>;

/** Other ticket types for places of the hold, and vouchers, before it is ordered. */
export const quoteRequest = z.strictObject({
  types: z
    .array(z.strictObject({ line: words(20), type: id }))
    .max(PLACES_PER_HOLD_MAX)
    .default([]),
  vouchers: z.array(words(64).min(1)).max(5).default([]),
});
