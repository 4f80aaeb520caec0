// From a draft to a layout: checked, placed where it does not say where, its seats numbered through.
import { checkDraft } from './check-draft.ts';
import {
  type GroundLayout,
  type LayoutRow,
  type LayoutSeat,
  type LayoutSection,
  PITCH,
  type SeatFlag,
} from './ground-layout.ts';
import type {
  DraftRow,
  DraftSeat,
  DraftSection,
  LayoutDraft,
  LayoutRefusal,
} from './layout-draft.ts';
import {
  AISLE_METRES,
  placeSections,
  ROW_METRES,
  rowWidth,
  SEAT_METRES,
  type SectionPlace,
} from './place-sections.ts';
import type { Standpoint } from './rounded-pitch.ts';

export type MadeLayout =
  | { readonly kind: 'made'; readonly layout: GroundLayout }
  | { readonly kind: 'refused'; readonly refusals: readonly LayoutRefusal[] };

/** @param version - which of this ground's layouts it becomes */
export function makeLayout(draft: LayoutDraft, version: number): MadeLayout {
  const refusals = checkDraft(draft);
  if (refusals.length > 0) return { kind: 'refused', refusals };
  const pitch = draft.pitch ?? PITCH;
  const places = placeSections(draft.sections, pitch);
  let next = 0;
  const sections = draft.sections.map((section): LayoutSection => {
    const place = places.get(section.id) as SectionPlace;
    const first = next;
    for (const { seats } of section.rows ?? []) next += seats.length;
    return sectionOf(section, place, first);
  });
  const listed =
    draft.stands ?? [...new Set(sections.map(({ stand }) => stand))].map((id) => ({ id }));
  const layout = { ground: draft.ground, version, pitch, stands: listed, sections };
  return { kind: 'made', layout };
}

/** @param first - dense index of its first seat */
function sectionOf(section: DraftSection, place: SectionPlace, first: number): LayoutSection {
  const { id, stand, zone = stand, flags } = section;
  if (section.capacity !== undefined) {
    const polygon = section.polygon ?? outlineOf(place);
    const marks = flags === undefined ? {} : { flags };
    return { id, stand, zone, kind: 'standing', polygon, capacity: section.capacity, ...marks };
  }
  let next = first;
  const rows = (section.rows ?? []).map((row, index): LayoutRow => {
    const made = rowOf(row, place.front, index, next, flags ?? []);
    next += row.seats.length;
    return made;
  });
  const isPlaced = section.rows?.some(({ seats }) => seats[0]?.x !== undefined) === true;
  const polygon = section.polygon ?? (isPlaced ? boxRound(rows) : outlineOf(place));
  return { id, stand, zone, kind: 'seats', polygon, rows };
}

function rowOf(
  row: DraftRow,
  front: Standpoint,
  index: number,
  first: number,
  ofSection: readonly SeatFlag[],
): LayoutRow {
  let along = -rowWidth(row) / 2 - SEAT_METRES / 2;
  const seats = row.seats.map((seat, place): LayoutSeat => {
    along += SEAT_METRES;
    const { x, y } = pointAt(front, along, (index + 0.5) * ROW_METRES);
    if (seat.aisleAfter === true) along += AISLE_METRES;
    const flags = flagsOf(seat, ofSection);
    return {
      id: seat.id,
      x: centimetres(seat.x ?? x),
      y: centimetres(seat.y ?? y),
      ...(flags.length === 0 ? {} : { flags }),
      ...(seat.companionOf === undefined
        ? {}
        : { companionOf: first + placeIn(row, seat.companionOf) }),
      ...(seat.aisleAfter === true && place < row.seats.length - 1
        ? { aisleAfter: true as const }
        : {}),
    };
  });
  return { id: row.id, seats };
}

/** A wheelchair and whoever comes with it get there without a stair, whether the manifest says so or not. */
function flagsOf(seat: DraftSeat, ofSection: readonly SeatFlag[]): SeatFlag[] {
  const flags = new Set<SeatFlag>([...ofSection, ...(seat.flags ?? [])]);
  if (seat.companionOf !== undefined) flags.add('companion');
  if (flags.has('wheelchair') || flags.has('companion')) flags.add('step-free');
  return [...flags];
}

function placeIn(row: DraftRow, printed: string): number {
  return row.seats.findIndex(({ id }) => id === printed);
}

/** @param along - metres clockwise from the middle of the front; `out` away from the pitch */
function pointAt({ x, y, outX, outY }: Standpoint, along: number, out: number) {
  return { x: x - outY * along + outX * out, y: y + outX * along + outY * out };
}

function outlineOf({ front, width, depth }: SectionPlace): number[] {
  const half = width / 2;
  return [
    [-half, 0],
    [half, 0],
    [half, depth],
    [-half, depth],
  ].flatMap(([along = 0, out = 0]) => {
    const { x, y } = pointAt(front, along, out);
    return [centimetres(x), centimetres(y)];
  });
}

function boxRound(rows: readonly LayoutRow[]): number[] {
  const seats = rows.flatMap((row) => row.seats);
  const edge = SEAT_METRES;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of seats) {
    left = Math.min(left, x - edge);
    right = Math.max(right, x + edge);
    top = Math.min(top, y - edge);
    bottom = Math.max(bottom, y + edge);
  }
  return [left, top, right, top, right, bottom, left, bottom].map(centimetres);
}

function centimetres(metres: number): number {
  return Math.round(metres * 100) / 100;
}
