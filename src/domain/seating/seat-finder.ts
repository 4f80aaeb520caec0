// Best available: which seats a group gets, of those that are free at this moment. Whoever sells calls it
// between the lock and the write, so that nothing it chose can be taken by somebody else; what was sold is
// told by `setFree`. How it chooses, and why: ADR 0024.
import { assert } from '#domain/kernel/assert.ts';
import { FreeSeats } from './free-seats.ts';
import { RowNeighbours } from './row-neighbours.ts';
import { scatterGroup } from './scatter-group.ts';
import { GROUP_MAX, type SeatChoice, type SeatRefusal, type SeatRequest } from './seat-request.ts';
import { flagBit, nameOfSeat, type SeatTable } from './seat-table.ts';
import { type Part, SeatView } from './seat-view.ts';
import { splitGroup } from './split-group.ts';
import { chooseChairPlaces, freeChairPlaces } from './wheelchair-places.ts';

/** Wishes of which what was reckoned is kept; a sale has some dozens that come again and again. */
const VIEWS_MAX = 64;
const PITCH_CENTRE = { x: 0, y: 0 };

export class SeatFinder {
  readonly seats: FreeSeats;
  readonly #categoryOf: Uint8Array | null;
  readonly #near: RowNeighbours;
  readonly #views = new Map<string, SeatView>();

  /** @param categoryOf - of each seat its price category, by number; null: there are none */
  constructor(table: SeatTable, categoryOf: Uint8Array | null = null) {
    this.seats = new FreeSeats(table);
    this.#categoryOf = categoryOf;
    this.#near = new RowNeighbours(table);
  }

  isFree(seat: number): boolean {
    return this.seats.free[seat] === 1;
  }

  setFree(seat: number, isFree: boolean): void {
    this.seats.setFree(seat, isFree);
  }

  /** Chooses, and takes nothing: two calls without a `setFree` between them say the same. */
  find(request: SeatRequest): SeatChoice | SeatRefusal {
    const { count, wheelchairs = 0 } = request;
    assert(count >= 1 && count <= GROUP_MAX, `a group of ${count}`);
    assert(wheelchairs >= 0 && wheelchairs <= count, `${wheelchairs} wheelchairs of ${count}`);
    const view = this.#viewOf(request);
    return wheelchairs === 0
      ? this.#findOnFoot(view, request, count, [])
      : this.#findWithWheelchairs(view, request, wheelchairs);
  }

  /**
   * Whether seats that somebody picked by hand leave single ones that need not be: the same number in the
   * same sections would do without. Who picked visitors' seats is shown others of them.
   *
   * @returns the single seats, and seats that would do; null when the pick is fine
   */
  betterThan(
    seats: readonly number[],
    request: Omit<SeatRequest, 'count' | 'wheelchairs' | 'sections'> = {},
  ): { readonly orphans: readonly number[]; readonly instead: readonly number[] } | null {
    const orphans = this.seats.orphansLeftBy(seats);
    if (orphans.length === 0) return null;
    const { layout, sectionOf } = this.seats.table;
    const sections = [
      ...new Set(seats.map((seat) => layout.sections[sectionOf[seat] ?? 0]?.id ?? '')),
    ];
    const away = flagBit('away');
    const isAway = seats.some((seat) => ((this.seats.table.flags[seat] ?? 0) & away) !== 0);
    const choice = this.find({ isAway, ...request, count: seats.length, sections });
    if (choice.kind === 'refused' || !choice.nextToEachOther || choice.orphanLeft) return null;
    return { orphans, instead: choice.seats };
  }

  #findOnFoot(
    view: SeatView,
    request: SeatRequest,
    count: number,
    with_: readonly (readonly number[])[],
  ): SeatChoice | SeatRefusal {
    const together = view.together(count);
    if (together !== null) return this.#told(view, [...with_, seatsOf(together)]);
    const fitting = view.count();
    if (fitting < count) return { kind: 'refused', reason: 'not-enough-seats', fitting };
    if (request.isTogether === true) return { kind: 'refused', reason: 'not-together', fitting };
    const parts = splitGroup(view, this.#near, count) ?? scatterGroup(view, count);
    assert(parts !== null, 'as many seats fit as people come');
    return this.#told(view, [...with_, ...parts.map(seatsOf)]);
  }

  #findWithWheelchairs(
    view: SeatView,
    request: SeatRequest,
    wheelchairs: number,
  ): SeatChoice | SeatRefusal {
    const { table } = this.seats;
    const others = request.count - wheelchairs;
    const places = freeChairPlaces(view, table.companionOf);
    const chosen = chooseChairPlaces(view, places, wheelchairs, others);
    if (chosen === null) {
      return { kind: 'refused', reason: 'not-enough-wheelchair-places', fitting: places.length };
    }
    const beside = companionsFor(chosen, others);
    const parts = [chosen.map(({ seat }) => seat), beside];
    const left = others - beside.length;
    if (left === 0) return this.#told(view, parts);
    if (request.isTogether === true) {
      return { kind: 'refused', reason: 'not-together', fitting: view.count() };
    }
    const [first] = parts[0] ?? [];
    const near = { x: table.x[first ?? 0] ?? 0, y: table.y[first ?? 0] ?? 0 };
    return this.#findOnFoot(this.#viewOf({ ...request, near }), request, left, parts);
  }

  #told(view: SeatView, parts: readonly (readonly number[])[]): SeatChoice {
    const { table } = this.seats;
    const seats = parts.flat();
    const joined = neighbours(table, seats);
    const metres = seats.reduce((sum, seat) => sum + (view.cost[seat] as number), 0);
    return {
      kind: 'found',
      seats,
      nextToEachOther: joined.length === 1,
      rowsUsed: rowsOf(table, seats),
      orphanLeft: this.seats.orphansLeftBy(seats).length > 0,
      parts: joined,
      distanceMetres: Math.round((metres / seats.length) * 100) / 100,
    };
  }

  #viewOf(request: SeatRequest): SeatView {
    const { x, y } = request.near ?? PITCH_CENTRE;
    const { sections = null, categories = null, isStepFree, acceptsRestricted, isAway } = request;
    const key = JSON.stringify([x, y, sections, categories, isStepFree, acceptsRestricted, isAway]);
    const known = this.#views.get(key);
    this.#views.delete(key);
    const view = known ?? new SeatView(this.seats, this.#allowed(request), this.#metresFrom(x, y));
    this.#views.set(key, view);
    const [oldest] = this.#views.keys();
    if (this.#views.size > VIEWS_MAX && oldest !== undefined) this.#views.delete(oldest);
    return view;
  }

  #allowed(request: SeatRequest): Uint8Array {
    const { table } = this.seats;
    const { sections, categories, isStepFree = false } = request;
    const away = flagBit('away');
    const needed = (request.isAway === true ? away : 0) | (isStepFree ? flagBit('step-free') : 0);
    const unwanted =
      (request.isAway === true ? 0 : away) |
      (request.acceptsRestricted === true ? 0 : flagBit('restricted'));
    const wanted = sections === undefined ? null : new Set(sections);
    const isIn = table.layout.sections.map(({ id }) => wanted === null || wanted.has(id));
    const isOf = categories === undefined ? null : new Set(categories);
    return table.flags.map((flags, seat) => {
      if ((flags & needed) !== needed || (flags & unwanted) !== 0) return 0;
      if (!isIn[table.sectionOf[seat] as number]) return 0;
      return isOf === null || isOf.has(this.#categoryOf?.[seat] ?? -1) ? 1 : 0;
    });
  }

  #metresFrom(toX: number, toY: number): Float32Array {
    const { x, y } = this.seats.table;
    return x.map((at, seat) => Math.hypot(at - toX, (y[seat] as number) - toY));
  }
}

function seatsOf({ first, size }: Part): number[] {
  return Array.from({ length: size }, (_, index) => first + index);
}

/** One each as long as there are people, then the second ones. */
function companionsFor(
  chosen: readonly { readonly companions: readonly number[] }[],
  others: number,
): number[] {
  const deepest = Math.max(...chosen.map(({ companions }) => companions.length), 0);
  const inTurn = Array.from({ length: deepest }, (_, turn) =>
    chosen.flatMap(({ companions }) => companions[turn] ?? []),
  );
  return inTurn.flat().slice(0, others);
}

/** Divides seats into those that are neighbours of one another, without an aisle between them. */
function neighbours(table: SeatTable, seats: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (const seat of [...seats].sort((a, b) => a - b)) {
    const part = parts[parts.length - 1];
    const before = part?.[part.length - 1];
    const isBeside = before === seat - 1 && table.blockOf[before] === table.blockOf[seat];
    if (part !== undefined && isBeside) part.push(seat);
    else parts.push([seat]);
  }
  return parts;
}

function rowsOf(table: SeatTable, seats: readonly number[]): SeatChoice['rowsUsed'] {
  const rows = new Map<number, { section: string; row: string; seats: string[] }>();
  for (const seat of [...seats].sort((a, b) => a - b)) {
    const { section, row, seat: id } = nameOfSeat(table, seat);
    const used = rows.get(table.rowOf[seat] ?? 0) ?? { section, row, seats: [] };
    used.seats.push(id);
    rows.set(table.rowOf[seat] ?? 0, used);
  }
  return [...rows.values()];
}
