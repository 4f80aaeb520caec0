// Whether a hold may be had, and which seats it gets: decided inside the step that claims them.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Channel } from '#domain/sales/price-list.ts';
import { decideQuotas } from '#domain/sales/quota.ts';
import { saleStateAt } from '#protocol/sale-terms.ts';
import type { BestWish, HoldRefusal, HoldRequest } from '#protocol/shop.ts';
import type { OpenSale } from './open-sale.ts';
import type { Place } from './stock-change.ts';
import type { StockMemory } from './stock-memory.ts';

export type HoldAsk = {
  readonly cart: string;
  readonly request: string;
  readonly channel: Channel;
  readonly wish: HoldRequest;
};

/** How the best available ones were found. */
export type Choice = { readonly groups: readonly number[]; readonly leavesLoneSeats: number };

export type HoldDecision =
  | { readonly kind: 'places'; readonly places: readonly Place[]; readonly choice: Choice | null }
  | {
      readonly kind: 'refused';
      /** `hold-over`: of this very request; what it held has ended since. */
      readonly reason: HoldRefusal | 'hold-over';
      /** Those it is about. */
      readonly seats: readonly number[];
    };

type Refused = Extract<HoldDecision, { kind: 'refused' }>;

export function decideHold(memory: StockMemory, ask: HoldAsk, now: number): HoldDecision {
  const decision = choosePlaces(memory, ask, now);
  if (decision.kind === 'refused') return decision;
  const { channel, cart } = ask;
  const buying = memory.buyingOf({ channel, person: personOfCart(cart), places: decision.places });
  const { quotas } = memory.sale.terms;
  const over = decideQuotas(quotas, buying, (key) => memory.counted(key), now as Instant);
  return over === null ? decision : refuse(over.reason);
}

/** Until somebody has ordered, limits of a person are those of a cart. */
export function personOfCart(cart: string): string {
  return `c-${cart}`;
}

function choosePlaces(memory: StockMemory, ask: HoldAsk, now: number): HoldDecision {
  const { sale } = memory;
  if (saleStateAt(sale.terms, ask.channel, now as Instant) !== 'on-sale')
    return refuse('not-on-sale');
  const { wish } = ask;
  const count = placesIn(wish);
  if (count > sale.terms.holds.placesMax) return refuse('hold-limit');
  if (wish.best !== undefined) return chooseBest(memory, wish.best);
  const standing = takeStanding(memory, wish.standing ?? []);
  if (!Array.isArray(standing)) return standing as Refused;
  const seated = takeNamed(memory, wish.seats ?? [], ask.channel);
  if (!Array.isArray(seated)) return seated as Refused;
  return { kind: 'places', places: numbered([...seated, ...standing]), choice: null };
}

export function placesIn({ seats = [], standing = [], best }: HoldRequest): number {
  const stood = standing.reduce((sum, { count }) => sum + count, 0);
  const chosen = best?.types.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return seats.length + stood + chosen;
}

type Unnumbered = Omit<Place, 'line'>;

function takeNamed(
  memory: StockMemory,
  wishes: NonNullable<HoldRequest['seats']>,
  channel: Channel,
): Unnumbered[] | Refused {
  const { sale } = memory;
  const { table } = sale;
  const seats = wishes.map(({ seat }) => seat);
  const unknown = seats.filter((seat) => seat >= table.count);
  if (unknown.length > 0) return refuse('not-for-sale', unknown);
  if (new Set(seats).size < seats.length) return refuse('seat-taken', seats);
  const notSold = seats.filter((seat) => (sale.categoryOfSeat[seat] ?? -1) < 0);
  if (notSold.length > 0) return refuse('not-for-sale', notSold);
  const taken = seats.filter((seat) => !memory.isFree(seat));
  if (taken.length > 0) return refuse('seat-taken', taken);
  const wrong = wishes.filter(
    ({ seat, type }) => !sale.isSold(sale.categoryOfSeat[seat] ?? -1, type),
  );
  if (wrong.length > 0)
    return refuse(
      'type-not-sold',
      wrong.map(({ seat }) => seat),
    );
  const alone = seats.filter((seat) => {
    const chair = table.companionOf[seat] ?? -1;
    return chair >= 0 && !seats.includes(chair) && memory.isFree(chair);
  });
  if (alone.length > 0) return refuse('companion-needed', alone);
  // At a desk somebody has looked at the map with the buyer.
  if (channel === 'web' && sale.terms.holds.refusesLoneSeats && seats.length > 0) {
    const better = memory.finder.betterThan(seats, { acceptsRestricted: true });
    if (better !== null) return refuse('leaves-lone-seat', [...better.orphans]);
  }
  return wishes.map(({ seat, type }) => ({ seat, section: sectionOf(sale, seat), type }));
}

function takeStanding(
  memory: StockMemory,
  wishes: NonNullable<HoldRequest['standing']>,
): Unnumbered[] | Refused {
  const { sale } = memory;
  const places: Unnumbered[] = [];
  const wanted = new Map<string, number>();
  for (const { section, type, count } of wishes) {
    const area = sale.areas.get(section);
    if (area === undefined || area.category < 0) return refuse('not-for-sale');
    if (!sale.isSold(area.category, type)) return refuse('type-not-sold');
    const before = wanted.get(section) ?? 0;
    if (memory.takenIn(section) + before + count > area.capacity) return refuse('standing-full');
    wanted.set(section, before + count);
    for (let place = 0; place < count; place++) places.push({ seat: null, section, type });
  }
  return places;
}

function chooseBest(memory: StockMemory, wish: BestWish): HoldDecision {
  const { sale } = memory;
  const types = wish.types.flatMap(({ type, count }) => Array<string>(count).fill(type));
  const categories = sale.list.categories.flatMap(({ id }, category) => {
    if (wish.categories !== undefined && !wish.categories.includes(id)) return [];
    return wish.types.every(({ type }) => sale.isSold(category, type)) ? [category] : [];
  });
  if (categories.length === 0) return refuse('type-not-sold');
  const found = memory.finder.find({
    count: types.length,
    wheelchairs: Math.min(wish.wheelchairs, types.length),
    categories,
    isStepFree: wish.isStepFree,
    acceptsRestricted: wish.acceptsRestricted ?? false,
    isAway: wish.isAway ?? false,
    isTogether: !wish.maySplit,
    ...(wish.sections === undefined ? {} : { sections: wish.sections }),
    ...(wish.near === undefined ? {} : { near: wish.near }),
  });
  if (found.kind === 'refused') {
    return refuse(found.reason === 'not-together' ? 'none-together' : 'sold-out');
  }
  const places = found.seats.map((seat, index) => {
    return { seat, section: sectionOf(sale, seat), type: types[index] ?? '' };
  });
  const groups = found.parts.map((part) => part.length);
  const choice = { groups, leavesLoneSeats: found.orphanLeft ? 1 : 0 };
  return { kind: 'places', places: numbered(places), choice };
}

function numbered(places: readonly Unnumbered[]): Place[] {
  return places.map((place, index) => ({ line: String(index + 1), ...place }));
}

function sectionOf({ table, layout }: OpenSale, seat: number): string {
  return layout.sections[table.sectionOf[seat] ?? -1]?.id ?? '';
}

function refuse(reason: HoldRefusal, seats: readonly number[] = []): Refused {
  return { kind: 'refused', reason, seats };
}
