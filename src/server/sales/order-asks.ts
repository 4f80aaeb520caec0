// From a hold to an order: priced, counted against limits and written in the step that still holds its seats.
import type { Instant } from '#domain/kernel/instant.ts';
import { snapshotOf } from '#domain/refunds/policy.ts';
import type { Cart, CartLine, CartVoucher } from '#domain/sales/cart.ts';
import { newOrder, worthOf } from '#domain/sales/order.ts';
import { decideQuotas } from '#domain/sales/quota.ts';
import { type QuoteRefusal, quote } from '#domain/sales/quote.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { randomName } from '#server/platform/crypto.ts';
import { noteVoucherUses, vouchersOfCodes } from './offer-vouchers.ts';
import { categoryName } from './open-sale.ts';
import type { OrderLineRow, Person } from './order-store.ts';
import type { Hold, Place } from './stock-change.ts';
import type { Ask, Turn } from './stock-line.ts';
import type { StockMemory } from './stock-memory.ts';

export type OrderAsk = {
  readonly hold: string;
  readonly cart: string;
  /** Other ticket types than the hold was asked with, by line. */
  readonly types: ReadonlyMap<string, string>;
  readonly totalMinor: number;
  /** Keyed hash of whoever buys. */
  readonly person: string;
  readonly people: readonly Person[];
  readonly locale: 'zh-CN' | 'en';
  readonly kickOffAt: Instant;
};

export type OrderMade =
  | { readonly kind: 'ordered'; readonly order: string; readonly isNew: boolean }
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly about: string | null;
      /** With `price-changed`. */
      readonly totalMinor: number | null;
    };

export function askToOrder(ask: OrderAsk): Ask<OrderMade> {
  return { decide: (turn) => decideToOrder(turn, ask, []) };
}

/** With codes that somebody typed: they are counted, and noted as used, in the step that makes the order. */
export async function orderWithVouchers(
  turn: Turn,
  ask: OrderAsk,
  codes: readonly string[],
  masterKey: Uint8Array,
): Promise<OrderMade> {
  const { client, event } = turn.step;
  const { person } = ask;
  const asked = { codes, person, except: null };
  const { vouchers, unknown } = await vouchersOfCodes(client, masterKey, event, asked);
  if (unknown.length > 0) return refuse('voucher-unknown');
  const made = decideToOrder(turn, ask, vouchers);
  if (made.kind === 'ordered' && made.isNew) {
    const used = turn.book.find(made.order)?.quote.vouchers ?? [];
    await noteVoucherUses(client, event, { id: made.order, person }, used);
  }
  return made;
}

function decideToOrder(turn: Turn, ask: OrderAsk, vouchers: readonly CartVoucher[]): OrderMade {
  const { memory, now } = turn.step;
  const hold = memory.hold(ask.hold);
  if (hold === null || hold.cart !== ask.cart) return refuse('not-held');
  if (hold.order !== null) return { kind: 'ordered', order: hold.order, isNew: false };
  const places = withTypes(hold.places, ask.types);
  const { channel } = hold;
  const priced = quotePlaces(memory, places, now, { channel, person: ask.person, vouchers });
  if ('reason' in priced) return refuse(priced.reason, priced.about);
  if (priced.totalMinor !== ask.totalMinor) {
    return { ...refuse('price-changed'), totalMinor: priced.totalMinor };
  }
  const limit = overLimit(memory, hold, places, ask.person, now);
  if (limit !== null) return refuse(limit);
  return make(turn, ask, hold, places, priced);
}

export function withTypes(
  places: readonly Place[],
  types: ReadonlyMap<string, string>,
): readonly Place[] {
  if (types.size === 0) return places;
  return places.map((place) => ({ ...place, type: types.get(place.line) ?? place.type }));
}

/** What these places would cost now. */
export function quotePlaces(
  memory: StockMemory,
  places: readonly Place[],
  now: number,
  cart: Omit<Cart, 'lines'>,
): Quote | QuoteRefusal {
  const lines = places.map(({ line: id, type, ...place }): CartLine => {
    return { id, category: categoryName(memory.sale, memory.categoryOf(place)), type };
  });
  return quote({ ...cart, lines }, memory.sale.list, now as Instant);
}

/** Counted without the hold itself, which counts for its cart so far. */
function overLimit(
  memory: StockMemory,
  hold: Hold,
  places: readonly Place[],
  person: string,
  now: number,
): string | null {
  const { quotas } = memory.sale.terms;
  if (quotas.length === 0) return null;
  const held = memory.countsOf(hold);
  const used = (key: string) => memory.counted(key) - (held.get(key) ?? 0);
  const buying = memory.buyingOf({ channel: hold.channel, person, places });
  return decideQuotas(quotas, buying, used, now as Instant)?.reason ?? null;
}

function make(
  { step, book }: Turn,
  ask: OrderAsk,
  hold: Hold,
  places: readonly Place[],
  priced: Quote,
): OrderMade {
  const { memory, now } = step;
  const id = randomName('k-', 7).slice(0, ORDER_ID_LENGTH);
  const policy = memory.sale.terms.policy;
  step.record({ kind: 'ordered', hold: hold.id, order: id, person: ask.person, places });
  book.make({
    id,
    event: step.event,
    hold: hold.id,
    order: newOrder(id),
    quote: priced,
    channel: hold.channel,
    locale: ask.locale,
    policy: policy === null ? null : snapshotOf(policy, ask.kickOffAt),
    orderedAt: now,
    lines: places.map((place): OrderLineRow => {
      return { ...place, category: categoryName(memory.sale, memory.categoryOf(place)) };
    }),
    people: ask.people,
  });
  book.act(id, { kind: 'held', until: hold.until as Instant });
  if (hold.isExtended) book.act(id, { kind: 'hold-extended', until: hold.until as Instant });
  const lines = places.map(({ line }) => line);
  const { currency } = priced;
  book.act(id, { kind: 'ordered', currency, lines, worth: worthOf(priced) });
  return { kind: 'ordered', order: id, isNew: true };
}

const ORDER_ID_LENGTH = 'k-'.length + 12;

function refuse(reason: string, about: string | null = null) {
  return { kind: 'refused', reason, about, totalMinor: null } as const;
}
