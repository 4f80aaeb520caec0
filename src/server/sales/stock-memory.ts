// A sale's stock as one node remembers it: which seats are free, who holds what and until when, and what counts
// against the quotas. It is as old as its revision; whoever decides on it holds the lock of the stock
// and has caught up first.
import { assert } from '#domain/kernel/assert.ts';
import { type Buying, quotaCounts } from '#domain/sales/quota.ts';
import { SeatFinder } from '#domain/seating/seat-finder.ts';
import { categoryName, NO_CATEGORY, type OpenSale } from './open-sale.ts';
import type { Hold, Place, StockChange } from './stock-change.ts';

export const SEAT_STATES = ['free', 'held', 'sold', 'blocked'] as const;
export type SeatState = (typeof SEAT_STATES)[number];

const [FREE, HELD, SOLD, BLOCKED] = [0, 1, 2, 3];

/** What is sold already, when the memory is filled anew. */
export type SoldPart = Buying & { readonly tickets: number };

export class StockMemory {
  readonly sale: OpenSale;
  readonly finder: SeatFinder;
  revision: number;
  readonly #states: Uint8Array;
  readonly #holds = new Map<string, Hold>();
  readonly #byRequest = new Map<string, string>();
  readonly #holdOfSeat = new Map<number, string>();
  readonly #areas = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  #taken = 0;

  constructor(sale: OpenSale, revision: number) {
    this.sale = sale;
    this.revision = revision;
    const categories = Uint8Array.from(sale.categoryOfSeat, (category) => category & 0xff);
    this.finder = new SeatFinder(sale.table, categories);
    this.#states = new Uint8Array(sale.table.count);
    for (const [seat, category] of sale.categoryOfSeat.entries()) {
      if (category < 0) this.finder.setFree(seat, false);
    }
  }

  stateOf(seat: number): SeatState {
    return SEAT_STATES[this.#states[seat] ?? FREE] ?? 'free';
  }

  /** Free, for sale and not kept back. */
  isFree(seat: number): boolean {
    return this.finder.isFree(seat);
  }

  hold(id: string): Hold | null {
    return this.#holds.get(id) ?? null;
  }

  holdOfRequest(request: string): Hold | null {
    return this.hold(this.#byRequest.get(request) ?? '');
  }

  /** What holds the seat now, live or sold; null: nothing. */
  holderOf(seat: number): string | null {
    return this.#holdOfSeat.get(seat) ?? null;
  }

  takenIn(area: string): number {
    return this.#areas.get(area) ?? 0;
  }

  /** Tickets held and sold that count under a key of a quota. */
  counted(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** What a hold adds to which count. */
  countsOf(hold: Pick<Hold, 'channel' | 'person' | 'places'>): ReadonlyMap<string, number> {
    return quotaCounts(this.sale.terms.quotas, this.buyingOf(hold));
  }

  buyingOf({ channel, person, places }: Pick<Hold, 'channel' | 'person' | 'places'>): Buying {
    return { channel, person, lines: places.map((place) => this.#lineOf(place)) };
  }

  categoryOf({ seat, section }: Pick<Place, 'seat' | 'section'>): number {
    const { categoryOfSeat, areas } = this.sale;
    const ofArea = areas.get(section)?.category ?? NO_CATEGORY;
    return seat === null ? ofArea : (categoryOfSeat[seat] ?? NO_CATEGORY);
  }

  /** Places that are neither held nor sold nor kept back. */
  get left(): number {
    return Math.max(0, this.sale.capacity - this.#taken);
  }

  /** Seats that are held or sold. */
  get heldSeats(): number {
    return this.#holdOfSeat.size;
  }

  /** Holds whose time is over. */
  lapsed(now: number): Hold[] {
    const over: Hold[] = [];
    for (const hold of this.#holds.values()) if (hold.until <= now) over.push(hold);
    return over;
  }

  hasLapsed(now: number): boolean {
    for (const { until } of this.#holds.values()) if (until <= now) return true;
    return false;
  }

  /** What is sold, when the memory is filled: its hold is history. */
  fillSold(seat: number, hold: string): void {
    this.#set(seat, SOLD, hold);
  }

  fillSoldParts(parts: readonly SoldPart[]): void {
    for (const { tickets, ...buying } of parts) this.#count(buying, tickets);
  }

  fillArea(area: string, taken: number): void {
    this.#areas.set(area, taken);
    this.#taken += taken;
  }

  /** A live hold of before; its standing places are in {@link fillArea} already. */
  fillHold(hold: Hold): void {
    this.#addHold(hold, false);
  }

  /** Makes a change true here. @returns the seats that it was about */
  apply(change: StockChange): readonly number[] {
    switch (change.kind) {
      case 'held':
        this.#addHold(change.hold, true);
        return seatsOf(change.hold.places);
      case 'kept':
        this.#replace(change.hold, { until: change.until, isExtended: change.isExtended });
        return [];
      case 'ordered':
        return this.#order(change);
      case 'ended':
        return this.#end(change.hold);
      case 'sold':
        return this.#sell(change.hold);
      case 'returned':
        this.#countHold(change, -1);
        this.#stand(change.places, -1);
        for (const seat of seatsOf(change.places)) this.#set(seat, FREE, null);
        return seatsOf(change.places);
      case 'blocked':
      case 'unblocked':
        for (const seat of change.seats) {
          this.#set(seat, change.kind === 'blocked' ? BLOCKED : FREE, null);
        }
        return change.seats;
      default:
        return change satisfies never;
    }
  }

  #addHold(hold: Hold, isNew: boolean): void {
    this.#holds.set(hold.id, hold);
    this.#byRequest.set(hold.request, hold.id);
    for (const seat of seatsOf(hold.places)) this.#set(seat, HELD, hold.id);
    this.#countHold(hold, 1);
    if (isNew) this.#stand(hold.places, 1);
  }

  #order({
    hold: id,
    kind: _,
    ...changed
  }: Extract<StockChange, { kind: 'ordered' }>): readonly number[] {
    const before = this.#replace(id, changed);
    this.#countHold(before, -1);
    this.#countHold({ ...before, ...changed }, 1);
    return [];
  }

  #end(id: string): readonly number[] {
    const hold = this.#take(id);
    const seats = seatsOf(hold.places);
    for (const seat of seats) this.#set(seat, FREE, null);
    this.#countHold(hold, -1);
    this.#stand(hold.places, -1);
    return seats;
  }

  #sell(id: string): readonly number[] {
    const seats = seatsOf(this.#take(id).places);
    for (const seat of seats) this.#set(seat, SOLD, id);
    return seats;
  }

  #take(id: string): Hold {
    const hold = this.#holds.get(id);
    assert(hold !== undefined, `hold ${id} is not live`);
    this.#holds.delete(id);
    this.#byRequest.delete(hold.request);
    return hold;
  }

  #replace(id: string, changed: Partial<Hold>): Hold {
    const hold = this.#holds.get(id);
    assert(hold !== undefined, `hold ${id} is not live`);
    this.#holds.set(id, { ...hold, ...changed });
    return hold;
  }

  #countHold(hold: Pick<Hold, 'channel' | 'person' | 'places'>, sign: 1 | -1): void {
    this.#count(this.buyingOf(hold), sign);
  }

  #count(buying: Buying, times: number): void {
    for (const [key, tickets] of quotaCounts(this.sale.terms.quotas, buying)) {
      add(this.#counts, key, tickets * times);
    }
  }

  #stand(places: readonly Place[], sign: 1 | -1): void {
    for (const { seat, section } of places) {
      if (seat !== null) continue;
      add(this.#areas, section, sign);
      this.#taken += sign;
    }
  }

  #lineOf(place: Place): Buying['lines'][number] {
    return { category: categoryName(this.sale, this.categoryOf(place)), type: place.type };
  }

  #set(seat: number, state: number, hold: string | null): void {
    const before = this.#states[seat] ?? FREE;
    this.#states[seat] = state;
    if (hold === null) this.#holdOfSeat.delete(seat);
    else this.#holdOfSeat.set(seat, hold);
    if (before === FREE && state !== FREE) this.#taken += 1;
    if (before !== FREE && state === FREE) this.#taken -= 1;
    const isForSale = (this.sale.categoryOfSeat[seat] ?? -1) >= 0;
    this.finder.setFree(seat, state === FREE && isForSale);
  }
}

export function seatsOf(places: readonly Place[]): number[] {
  return places.flatMap(({ seat }) => (seat === null ? [] : [seat]));
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
