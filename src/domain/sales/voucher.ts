// A code that takes something off, or lets its holder buy what others do not see.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import { type Amount, type Channel, covers } from './price-list.ts';

export type Voucher = {
  /** Not the code that people type: that is kept as a hash. */
  readonly id: string;
  readonly name: Localized;
  /** A fixed amount is taken off the order and shared among its lines; null: it only unlocks. */
  readonly off: Amount | null;
  /** Hidden ticket types that it opens. */
  readonly unlocks: readonly string[];
  readonly categories: readonly string[] | null;
  readonly types: readonly string[] | null;
  readonly channels: readonly Channel[] | null;
  readonly validFrom: Instant | null;
  /** Half-open: no longer valid at this moment. */
  readonly validUntil: Instant | null;
  /** Orders it may be used in; null: any number. */
  readonly usesMax: number | null;
  readonly perPersonMax: number | null;
  /** Tickets of one order that it takes something off, the dearest first; null: all. */
  readonly ticketsMax: number | null;
  /** What it may take off in all orders together. */
  readonly budgetMinor: number | null;
  /** Whether another voucher that takes something off may stand beside it. */
  readonly isCombinable: boolean;
};

/** What live and paid orders have used of a voucher so far, this order left out. */
export type VoucherUse = {
  readonly orders: number;
  readonly byThisPerson: number;
  readonly spentMinor: number;
};

export type VoucherRefusal =
  | 'voucher-too-early'
  | 'voucher-expired'
  | 'voucher-used-up'
  | 'voucher-person-limit'
  | 'voucher-not-here'
  | 'voucher-needs-person'
  | 'voucher-fits-nothing'
  | 'voucher-does-not-combine';

/** Whether this voucher may be used now, here and by this person, before any line is looked at. */
export function decideVoucher(
  voucher: Voucher,
  use: VoucherUse,
  asked: { readonly channel: Channel; readonly person: string | null; readonly now: Instant },
): VoucherRefusal | null {
  if (voucher.validFrom !== null && asked.now < voucher.validFrom) return 'voucher-too-early';
  if (voucher.validUntil !== null && asked.now >= voucher.validUntil) return 'voucher-expired';
  if (!covers(voucher.channels, asked.channel)) return 'voucher-not-here';
  if (voucher.usesMax !== null && use.orders >= voucher.usesMax) return 'voucher-used-up';
  if (voucher.budgetMinor !== null && use.spentMinor >= voucher.budgetMinor)
    return 'voucher-used-up';
  if (voucher.perPersonMax === null) return null;
  if (asked.person === null) return 'voucher-needs-person';
  return use.byThisPerson >= voucher.perPersonMax ? 'voucher-person-limit' : null;
}
