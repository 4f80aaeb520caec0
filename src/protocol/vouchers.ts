// Vouchers of a sale as staff make and watch them. A code is said once, when it is made.
import { z } from 'zod';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { CHANNELS } from '#domain/sales/price-list.ts';
import type { Voucher } from '#domain/sales/voucher.ts';
import { id, localized, time } from './primitives.ts';
import { amount } from './sales.ts';

const ids = z.array(id).min(1).max(200);

/** As people type them; case, blanks and hyphens do not count. */
export const voucherCode = z
  .string()
  .max(64)
  .transform((text) => text.toUpperCase().replace(/[\s-]/g, ''))
  .pipe(z.string().regex(/^[\p{L}\p{N}]{4,32}$/u, 'use 4–32 letters or digits'));

const voucherTerms = z
  .strictObject({
    name: localized,
    off: amount.optional().describe('left out: it only unlocks'),
    unlocks: z.array(id).max(50).default([]),
    categories: ids.optional(),
    types: ids.optional(),
    channels: z.array(z.enum(CHANNELS)).min(1).optional(),
    validFrom: time.optional(),
    validUntil: time.optional(),
    usesMax: z.int().min(1).max(1_000_000).optional(),
    perPersonMax: z.int().min(1).max(1_000).optional(),
    ticketsMax: z.int().min(1).max(500).optional(),
    budgetMinor: z.int().min(1).max(100_000_000_000).optional(),
    isCombinable: z.boolean().default(false),
  })
  .refine(({ off, unlocks }) => off !== undefined || unlocks.length > 0, {
    path: ['off'],
    error: 'takes nothing off and unlocks nothing: give off, unlocks or both',
  })
  .refine(({ validFrom, validUntil }) => isInOrder(validFrom, validUntil), {
    path: ['validUntil'],
    error: 'must be after validFrom',
  });
export type VoucherTerms = z.infer<typeof voucherTerms>;

export const VOUCHERS_PER_REQUEST_MAX = 1_000;

/** `Idempotency-Key`: asked again with the same, the same codes are answered. */
export const vouchersRequest = z.strictObject({
  vouchers: z
    .array(
      z.strictObject({
        id,
        code: voucherCode.optional().describe('left out: made here, 50 bits by chance'),
        terms: voucherTerms,
      }),
    )
    .min(1)
    .max(VOUCHERS_PER_REQUEST_MAX),
});

export const vouchersMade = z.object({
  vouchers: z.array(z.object({ id: z.string(), code: z.string() })),
});

const voucherView = z.object({
  id: z.string(),
  terms: voucherTerms,
  isStopped: z.boolean(),
  orders: z.int(),
  spentMinor: z.int(),
});
export const voucherList = z.object({ vouchers: z.array(voucherView) });
export type VoucherList = z.infer<typeof voucherList>;

export function voucherOf(voucherId: string, terms: VoucherTerms): Voucher {
  const instant = (text: string | undefined) =>
    text === undefined ? null : (parseInstant(text) as Instant);
  return {
    id: voucherId,
    name: terms.name,
    off: terms.off ?? null,
    unlocks: terms.unlocks,
    categories: terms.categories ?? null,
    types: terms.types ?? null,
    channels: terms.channels ?? null,
    validFrom: instant(terms.validFrom),
    validUntil: instant(terms.validUntil),
    usesMax: terms.usesMax ?? null,
    perPersonMax: terms.perPersonMax ?? null,
    ticketsMax: terms.ticketsMax ?? null,
    budgetMinor: terms.budgetMinor ?? null,
    isCombinable: terms.isCombinable,
  };
}

function isInOrder(from: string | undefined, until: string | undefined): boolean {
  return from === undefined || until === undefined || Date.parse(from) < Date.parse(until);
}
