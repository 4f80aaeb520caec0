// Everything that a manifest may get wrong, told by section, row and seat, with what to write instead.
import { ID_PATTERN } from '#domain/kernel/ids.ts';
import { SEATS_MAX, SECTIONS_MAX } from './ground-layout.ts';
import type {
  DraftRow,
  DraftSeat,
  DraftSection,
  LayoutDraft,
  LayoutRefusal,
} from './layout-draft.ts';
import { REFUSALS_MAX } from './layout-draft.ts';

/** No ground reaches further than this from its centre spot. */
const METRES_MAX = 500;
/** Nearer than this two seats would be one. */
const APART_MIN_METRES = 0.3;
const CAPACITY_MAX = 100_000;
/** As printed on a seat: not empty, and short enough to print. */
const PRINTED = /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,15}$/u;
const PRINTED_MEND = 'use 1–16 letters, digits, “.”, “_”, “-” or spaces, as printed on the seat';

/** @returns nothing when the draft can become a layout */
export function checkDraft(draft: LayoutDraft): LayoutRefusal[] {
  const told = new Told();
  if (!ID_PATTERN.test(draft.ground)) {
    told.tell(
      {},
      `“${draft.ground}” is no name of a ground`,
      'use letters, digits, “.”, “_” or “-”',
    );
  }
  if (draft.sections.length === 0) {
    told.tell(
      {},
      'the ground has no section',
      'give it at least one section with rows or a capacity',
    );
  }
  if (draft.sections.length > SECTIONS_MAX) {
    told.tell({}, `more than ${SECTIONS_MAX} sections`, 'divide the ground into fewer sections');
  }
  const stands = draft.stands === undefined ? null : new Set(draft.stands.map(({ id }) => id));
  const seen = new Set<string>();
  let seats = 0;
  for (const section of draft.sections) {
    const at = { section: section.id, line: section.line };
    if (seen.has(section.id)) {
      told.tell(at, 'this section stands twice', 'give each section an id of its own');
    }
    seen.add(section.id);
    checkSection(section, stands, told);
    for (const row of section.rows ?? []) seats += row.seats.length;
    if (told.isEnough) break;
  }
  if (seats > SEATS_MAX) {
    told.tell(
      {},
      `${seats} seats`,
      `a ground has at most ${SEATS_MAX}; import it as several grounds`,
    );
  }
  return told.refusals;
}

type Where = {
  readonly section?: string;
  readonly row?: string;
  readonly seat?: string;
  readonly line?: number | undefined;
};

class Told {
  readonly refusals: LayoutRefusal[] = [];

  get isEnough(): boolean {
    return this.refusals.length >= REFUSALS_MAX;
  }

  tell({ section, row, seat, line }: Where, message: string, mend: string): void {
    if (this.isEnough) return;
    const where = { section: section ?? null, row: row ?? null, seat: seat ?? null };
    this.refusals.push({ line: line ?? null, ...where, message, mend });
  }
}

function checkSection(section: DraftSection, stands: Set<string> | null, told: Told): void {
  const at = { section: section.id, line: section.line };
  for (const [what, id] of [
    ['section', section.id],
    ['stand', section.stand],
    ['zone', section.zone ?? section.stand],
  ] as const) {
    if (ID_PATTERN.test(id)) continue;
    told.tell(
      at,
      `“${id}” is no id of a ${what}`,
      'use letters, digits, “.”, “_” or “-”, such as N103',
    );
  }
  if (stands !== null && !stands.has(section.stand)) {
    told.tell(
      at,
      `its stand ${section.stand} is not among the stands`,
      'list the stand, or correct it',
    );
  }
  checkPolygon(section, told);
  const rows = section.rows ?? [];
  if (section.capacity !== undefined && rows.length > 0) {
    told.tell(
      at,
      'it has both rows and a capacity',
      'seats need no capacity; standing room has no rows',
    );
  } else if (section.capacity !== undefined) {
    const { capacity } = section;
    if (!(Number.isInteger(capacity) && capacity >= 1 && capacity <= CAPACITY_MAX)) {
      told.tell(at, `a capacity of ${capacity}`, `write a whole number from 1 to ${CAPACITY_MAX}`);
    }
  } else if (rows.length === 0) {
    told.tell(
      at,
      'it has neither rows nor a capacity',
      'give it rows of seats, or a capacity to stand',
    );
  }
  const seen = new Set<string>();
  for (const row of rows) {
    if (seen.has(row.id)) {
      const mend = 'keep the rows of a section together and give each a number of its own';
      told.tell({ ...at, row: row.id }, 'this row stands twice', mend);
    }
    seen.add(row.id);
    checkRow(section, row, told);
    if (told.isEnough) return;
  }
}

function checkPolygon({ id, polygon, line }: DraftSection, told: Told): void {
  if (polygon === undefined) return;
  if (polygon.length < 6 || polygon.length % 2 === 1) {
    const mend = 'write x, y, x, y, … of at least three corners, or leave it out';
    told.tell({ section: id, line }, 'its outline is no polygon', mend);
  } else if (!polygon.every(isWithin)) {
    told.tell({ section: id, line }, 'its outline leaves the ground', metresMend);
  }
}

const metresMend = `write metres from the centre spot, at most ${METRES_MAX} in each direction`;

function isWithin(metres: number): boolean {
  return Number.isFinite(metres) && Math.abs(metres) <= METRES_MAX;
}

function checkRow(section: DraftSection, row: DraftRow, told: Told): void {
  const at = { section: section.id, row: row.id };
  const first = row.seats[0];
  if (!PRINTED.test(row.id)) {
    told.tell({ ...at, line: first?.line }, `“${row.id}” is no name of a row`, PRINTED_MEND);
  }
  if (first === undefined) {
    told.tell(
      { ...at, line: section.line },
      'this row has no seats',
      'give it seats, or leave it out',
    );
  }
  const places = new Map<string, number>();
  for (const [place, seat] of row.seats.entries()) {
    const here = { ...at, seat: seat.id, line: seat.line };
    if (!PRINTED.test(seat.id)) told.tell(here, `“${seat.id}” is no name of a seat`, PRINTED_MEND);
    if (places.has(seat.id)) {
      told.tell(here, 'this seat stands twice', 'give each seat of a row a number of its own');
    }
    places.set(seat.id, place);
    checkPlace(seat, row.seats[place - 1], here, told);
  }
  const isPlaced = first?.x !== undefined;
  const other = row.seats.find((seat) => (seat.x !== undefined) !== isPlaced);
  if (other !== undefined) {
    const mend = 'give x and y to every seat of the row, or to none';
    told.tell({ ...at, seat: other.id, line: other.line }, 'part of the row has coordinates', mend);
  }
  for (const seat of row.seats) checkCompanion(section, row, seat, places, told);
}

function checkPlace(seat: DraftSeat, before: DraftSeat | undefined, at: Where, told: Told): void {
  const { x, y } = seat;
  if ((x === undefined) !== (y === undefined)) {
    told.tell(at, 'it has only one of x and y', 'give both, or none');
    return;
  }
  if (x === undefined || y === undefined) return;
  if (!(isWithin(x) && isWithin(y))) {
    told.tell(at, `it stands at ${x}, ${y}`, metresMend);
    return;
  }
  if (before?.x === undefined || before.y === undefined) return;
  if (Math.hypot(before.x - x, before.y - y) < APART_MIN_METRES) {
    const mend = `put the seats of a row at least ${APART_MIN_METRES} m apart`;
    told.tell(at, `it stands where seat ${before.id} does`, mend);
  }
}

/** A companion's seat is sold only with the wheelchair place beside it, which both are told by the layout. */
function checkCompanion(
  section: DraftSection,
  row: DraftRow,
  seat: DraftSeat,
  places: ReadonlyMap<string, number>,
  told: Told,
): void {
  const at = { section: section.id, row: row.id, seat: seat.id, line: seat.line };
  const isCompanion = seat.flags?.includes('companion') === true;
  if (seat.companionOf === undefined) {
    if (isCompanion) told.tell(at, 'it does not say whose companion sits here', COMPANION_MEND);
    return;
  }
  const mine = places.get(seat.id) ?? 0;
  const beside = places.get(seat.companionOf);
  const chair = beside === undefined ? undefined : row.seats[beside];
  if (chair?.flags?.includes('wheelchair') !== true) {
    told.tell(at, `${seat.companionOf} is no wheelchair place of this row`, COMPANION_MEND);
    return;
  }
  if (seat.flags?.includes('wheelchair') === true) {
    told.tell(at, 'it is a wheelchair place and a companion’s seat', 'make it one of the two');
    return;
  }
  const isBeside = Math.abs((beside ?? mine) - mine) === 1;
  const left = row.seats[Math.min(mine, beside ?? mine)];
  if (isBeside && left?.aisleAfter !== true) return;
  const mend = 'name the wheelchair place next to this seat, without an aisle between them';
  told.tell(at, `it is not beside wheelchair place ${seat.companionOf}`, mend);
}

const COMPANION_MEND = 'name in companion_of the wheelchair place beside it, such as 7';
