// What staff publish to sell an event: layout, prices, quotas, channels, the refund policy. It is the file of
// `PUT /events/{id}/sale`; each publication is a version of its own, and orders keep the one they were made by.
import { z } from 'zod';
import { DOCUMENT_KINDS } from '#domain/identity/document.ts';
import { type RefundPolicy, TIERS_MAX } from '#domain/refunds/policy.ts';
import { readTierTable } from '#domain/refunds/tier-table.ts';
import { CHANNELS } from '#domain/sales/price-list.ts';
import { id, localized, time, words } from './primitives.ts';

const amountMinor = z.int().min(0).max(100_000_000);
export const amount = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), amountMinor }),
  z.strictObject({ kind: z.literal('per-mille'), perMille: z.int().min(0).max(1_000) }),
]);
const ids = z.array(id).min(1).max(200);
const channels = z.array(z.enum(CHANNELS)).min(1);
const label = words(64).min(1);

const priceListShape = {
  currency: z.string().regex(/^[A-Z]{3}$/, 'write an ISO 4217 code, such as CNY'),
  taxes: z
    .array(z.strictObject({ id, name: localized, rateBasisPoints: z.int().min(0).max(10_000) }))
    .min(1)
    .max(20),
  categories: z
    .array(z.strictObject({ id, name: localized }))
    .min(1)
    .max(100),
  areas: z
    .array(
      z.strictObject({
        category: id,
        section: id,
        rows: z.array(label).min(1).max(500).optional().describe('left out: every row'),
        seats: z.array(label).min(1).max(500).optional().describe('left out: every seat of them'),
      }),
    )
    .min(1)
    .max(10_000),
  types: z
    .array(
      z.strictObject({
        id,
        name: localized,
        tax: id,
        soldIn: z.int().min(1).max(20).default(1),
        accompaniedBy: z.strictObject({ types: ids, each: z.int().min(1).max(20) }).optional(),
        isHidden: z.boolean().default(false),
        proof: localized.optional(),
      }),
    )
    .min(1)
    .max(50),
  prices: z
    .array(z.strictObject({ category: id, type: id, amountMinor }))
    .min(1)
    .max(5_000),
  fees: z
    .array(
      z.strictObject({
        id,
        name: localized,
        tax: id,
        per: z.enum(['ticket', 'order']),
        amount,
        channels: channels.optional(),
      }),
    )
    .max(20)
    .default([]),
  incentives: z
    .array(
      z.strictObject({
        id,
        name: localized,
        slots: z
          .array(z.strictObject({ from: time, until: time }))
          .min(1)
          .max(100)
          .optional()
          .describe('left out: for this fixture, whenever it is bought'),
        off: amount,
        categories: ids.optional(),
        types: ids.optional(),
        channels: channels.optional(),
      }),
    )
    .max(50)
    .default([]),
};

const quota = z.strictObject({
  id,
  per: z.enum(['event', 'person', 'order']),
  channels: channels.optional(),
  categories: ids.optional(),
  types: ids.optional(),
  ticketsMax: z.int().min(0).max(1_000_000),
  until: time.optional().describe('from then on it no longer binds'),
});

/** Credit for whoever is let in in a quieter slot or by a less-loaded gate; see docs/protocol/sales.md. */
export const arrivalOffer = z
  .strictObject({
    id,
    name: localized,
    from: time,
    until: time,
    toleranceMinutes: z.int().min(0).max(30).default(5),
    gates: ids.optional().describe('left out: by any gate'),
    types: ids.optional(),
    creditMinor: amountMinor.min(1),
    budgetMinor: z.int().min(1).max(100_000_000_000),
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ['until'],
    error: 'must be after from',
  })
  .refine(({ creditMinor, budgetMinor }) => creditMinor <= budgetMinor, {
    path: ['budgetMinor'],
    error: 'is less than the credit of one ticket',
  });

const years = z.int().min(0).max(120);
const realName = z.strictObject({
  kinds: z.array(z.enum(DOCUMENT_KINDS)).min(1).max(DOCUMENT_KINDS.length),
  types: ids.optional().describe('ticket types that are bound to a document; left out: all'),
  ages: z
    .array(z.strictObject({ type: id, fromYears: years.optional(), untilYears: years.optional() }))
    .max(50)
    .default([]),
});

/** Seats kept back: a partner's, a sponsor's, the club's own. */
const allotment = z.strictObject({
  name: id,
  sections: z.array(id).max(500).default([]),
  seats: z.array(z.int().min(0)).max(20_000).default([]).describe('by their index in the layout'),
  until: time.optional().describe('from then on what is left of it is for everybody'),
});

const refunds = z
  .strictObject({
    id,
    name: localized,
    tiers: z
      .array(words(100))
      .max(TIERS_MAX)
      .describe('“30d 20%”: given back more than 30 days before kick-off, 20 % is kept'),
    fees: z.enum(['kept', 'returned', 'as-ticket']).default('kept'),
    movedByMinutes: z.int().min(0).max(525_600).default(120),
    graceMinutes: z
      .int()
      .min(0)
      .max(525_600)
      .default(7 * 24 * 60),
    restoresVouchers: z.boolean().default(true),
  })
  .superRefine(({ tiers }, context) => {
    const read = readTierTable(tiers.join('\n'));
    if (!('problems' in read)) return;
    for (const { line, problem } of read.problems) {
      const path = line === null ? ['tiers'] : ['tiers', line - 1];
      context.addIssue({ code: 'custom', path, message: problem });
    }
  });

export const saleFile = z.strictObject({
  layout: z.strictObject({ ground: id, version: z.int().min(1) }),
  ...priceListShape,
  channels: z
    .array(
      z
        .strictObject({ channel: z.enum(CHANNELS), opensAt: time, closesAt: time })
        .refine(({ opensAt, closesAt }) => Date.parse(closesAt) > Date.parse(opensAt), {
          path: ['closesAt'],
          error: 'must be after opensAt',
        }),
    )
    .min(1)
    .max(CHANNELS.length)
    .describe('a channel that is not named does not sell'),
  isSuspended: z.boolean().default(false).describe('nothing is sold until a later version'),
  holds: z
    .strictObject({
      placesMax: z.int().min(1).max(60).default(10).describe('places in one hold'),
      seconds: z.int().min(5).max(3_600).default(600),
      extendSeconds: z.int().min(5).max(3_600).default(300).describe('once'),
      refusesLoneSeats: z
        .boolean()
        .default(true)
        .describe('nobody buys by the web so that a single seat is left'),
    })
    .prefault({}),
  quotas: z.array(quota).max(100).default([]),
  allotments: z.array(allotment).max(200).default([]),
  providers: z.array(id).max(20).default([]).describe('ways to pay, in the order to offer them'),
  arrivals: z.array(arrivalOffer).max(20).default([]),
  realName: realName.nullable().default(null).describe('null: nobody is asked for a document'),
  refunds: refunds.nullable().default(null).describe('null: nothing is taken back'),
});
export type SaleFile = z.infer<typeof saleFile>;
export type SaleFileWritten = z.input<typeof saleFile>;

export const saleRequest = z.strictObject({
  file: saleFile,
  replaces: z.int().min(0).describe('the version that this one follows; 0: it is the first'),
  reason: words(200).min(1),
});

export const salePublished = z.object({
  event: z.string(),
  version: z.int(),
  layout: z.object({ ground: z.string(), version: z.int() }),
  seats: z.int().describe('of the layout'),
  standing: z.int().describe('places of its standing areas'),
  notForSale: z.int().describe('seats that no category covers'),
  kept: z.int().describe('seats of allotments'),
  warnings: z.array(z.string()),
});

export const saleVersionView = z.object({
  event: z.string(),
  version: z.int(),
  file: saleFile,
  publishedBy: z.string(),
  publishedAt: z.iso.datetime(),
  reason: z.string(),
});
export type SaleVersionView = z.infer<typeof saleVersionView>;

/** `GET /events/{id}/sale/books`: what was sold, and whether the books balance. */
export const saleBooks = z.object({
  event: z.string(),
  at: z.iso.datetime(),
  orders: z.record(z.string(), z.int()).describe('by state'),
  seats: z.object({ held: z.int(), sold: z.int(), blocked: z.int() }),
  standing: z.int(),
  tickets: z.int().describe('valid ones that orders were issued'),
  accounts: z.array(z.object({ account: z.string(), currency: z.string(), balanceMinor: z.int() })),
  faults: z.array(z.string()).describe('what cannot be and is; empty when all is well'),
});
export type SaleBooks = z.infer<typeof saleBooks>;

/** The file has been parsed, so its table is good. */
export function refundPolicyOf(
  { refunds: policy }: SaleFile,
  version: number,
): RefundPolicy | null {
  if (policy === null) return null;
  const read = readTierTable(policy.tiers.join('\n'));
  return { ...policy, version, tiers: 'tiers' in read ? read.tiers : [] };
}
