// From a hold to an order: priced, counted against limits and written in the step that still holds its seats.

import type { IdentityDocument } from '#domain/identity/document.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { snapshotOf } from '#domain/refunds/policy.ts';
import type { Cart, CartLine, CartVoucher } from '#domain/sales/cart.ts';
import { newOrder, worthOf } from '#domain/sales/order.ts';
import { decideQuotas } from '#domain/sales/quota.ts';
import { type QuoteRefusal, quote } from '#domain/sales/quote.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { refuseNames } from '#domain/sales/real-name.ts';
import { type DocumentDeps, keepDocuments } from '#server/identity/documents.ts';
import { randomName } from '#server/platform/crypto.ts';
import { ticketRef } from './issue-tickets.ts';
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
  /** Left out: nobody showed a document. */
  readonly named?: NamedAsk;
};

/** Whose tickets they are, where a sale asks for that. */
export type NamedAsk = {
  /** By line. */
  readonly documents: ReadonlyMap<string, IdentityDocument>;
  /** `2026-11-29`, at the ground. */
  readonly matchDay: string;
  readonly keeping: DocumentDeps;
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

/**
 * With codes that somebody typed, and documents that they showed: codes are counted and noted as used, documents
 * kept, in the step that makes the order.
 */
export async function orderWithPapers(
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
  const judged = judge(turn, ask, vouchers);
  if (judged.kind !== 'orderable') return judged;
  const id = newOrderId();
  const taken = await keepNames(turn, id, ask);
  if (taken !== null) return refuse('document-has-ticket', taken);
  const made = make(turn, ask, judged, id);
  await noteVoucherUses(client, event, { id, person }, judged.priced.vouchers);
  return made;
}

/** @returns a line whose document is somebody's ticket already; null: all are kept */
async function keepNames({ step }: Turn, id: string, { named }: OrderAsk): Promise<string | null> {
  if (named === undefined || named.documents.size === 0) return null;
  const lines = [...named.documents].map(([line, document]) => {
    return { line: ticketRef(id, line), document };
  });
  const kept = await keepDocuments(step.client, named.keeping, lines);
  return kept.kind === 'kept' ? null : (kept.lines[0]?.slice(id.length + 1) ?? '');
}

type Orderable = {
  readonly kind: 'orderable';
  readonly hold: Hold;
  readonly places: readonly Place[];
  readonly priced: Quote;
};

function decideToOrder(turn: Turn, ask: OrderAsk, vouchers: readonly CartVoucher[]): OrderMade {
  const judged = judge(turn, ask, vouchers);
  return judged.kind === 'orderable' ? make(turn, ask, judged, newOrderId()) : judged;
}

function judge(turn: Turn, ask: OrderAsk, vouchers: readonly CartVoucher[]): Orderable | OrderMade {
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
  const name = refusedName(memory, places, ask.named);
  if (name !== null) return refuse(name.reason, name.line);
  return { kind: 'orderable', hold, places, priced };
}

function refusedName(memory: StockMemory, places: readonly Place[], named: NamedAsk | undefined) {
  const rule = memory.sale.terms.realName;
  if (rule === null) return null;
  const lines = places.map(({ line: id, type }) => {
    return { id, type, document: named?.documents.get(id) ?? null };
  });
  return refuseNames(rule, lines, named?.matchDay ?? '')[0] ?? null;
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
  { hold, places, priced }: Orderable,
  id: string,
): OrderMade {
  const { memory, now } = step;
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

function newOrderId(): string {
  return randomName('k-', 7).slice(0, ORDER_ID_LENGTH);
}

function refuse(reason: string, about: string | null = null) {
  return { kind: 'refused', reason, about, totalMinor: null } as const;
}
