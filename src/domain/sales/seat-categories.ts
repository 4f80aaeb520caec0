// Which category each place of a layout is sold in, worked out once for a version of a sale.
import type { Instant } from '#domain/kernel/instant.ts';
import type { GroundLayout, LayoutSection } from '#domain/seating/ground-layout.ts';
import { seatCount } from '#domain/seating/ground-layout.ts';
import type { ListProblem } from './check-price-list.ts';
import { type CategoryArea, categoryOf, type PriceList } from './price-list.ts';

/** Places in the list's categories; −1: not for sale. */
export type SeatCategories = {
  /** By dense index. */
  readonly ofSeat: Int16Array;
  readonly ofStanding: ReadonlyMap<string, number>;
};

export function seatCategories(list: PriceList, layout: GroundLayout): SeatCategories {
  const index = new Map(list.categories.map(({ id }, place) => [id, place]));
  const areas = Map.groupBy(list.areas, ({ section }) => section);
  const ofSeat = new Int16Array(seatCount(layout)).fill(-1);
  const ofStanding = new Map<string, number>();
  const placeOf = (category: string | null) => index.get(category ?? '') ?? -1;
  let seat = 0;
  for (const section of layout.sections) {
    const own = areas.get(section.id) ?? [];
    if (section.kind === 'standing') {
      ofStanding.set(
        section.id,
        placeOf(categoryOf({ areas: own }, { section: section.id, row: null, seat: null })),
      );
      continue;
    }
    for (const row of section.rows) {
      const ofRow = own.filter(({ rows }) => rows === null || rows.includes(row.id));
      const isWhole = ofRow.every(({ seats }) => seats === null);
      const place = { section: section.id, row: row.id };
      const whole = isWhole ? categoryOf({ areas: ofRow }, { ...place, seat: null }) : null;
      for (const { id } of row.seats) {
        const category = isWhole ? whole : categoryOf({ areas: ofRow }, { ...place, seat: id });
        ofSeat[seat] = placeOf(category);
        seat += 1;
      }
    }
  }
  return { ofSeat, ofStanding };
}

/** Seats kept back: a partner's, a sponsor's, the club's own. */
export type Allotment = {
  readonly name: string;
  readonly sections: readonly string[];
  /** By their index in the layout. */
  readonly seats: readonly number[];
  /** From then on what is left of it is for everybody; null: kept for good. */
  readonly until: Instant | null;
};

/** Seats of the allotments in force at a moment, by their index, each once, ascending. */
export function keptSeats(all: readonly Allotment[], layout: GroundLayout, at: Instant): number[] {
  const allotments = all.filter(({ until }) => until === null || at < until);
  const seats = new Set(allotments.flatMap((allotment) => allotment.seats));
  const sections = new Set(allotments.flatMap((allotment) => allotment.sections));
  let seat = 0;
  for (const section of layout.sections) {
    if (section.kind === 'standing') continue;
    for (const row of section.rows) {
      for (const _ of row.seats) {
        if (sections.has(section.id)) seats.add(seat);
        seat += 1;
      }
    }
  }
  return [...seats].filter((one) => one < seat).sort((a, b) => a - b);
}

/** Areas that name places which this layout does not have. */
export function checkAreas(list: PriceList, layout: GroundLayout): ListProblem[] {
  const sections = new Map(layout.sections.map((section) => [section.id, section]));
  return list.areas.flatMap((area, index): ListProblem[] => {
    const section = sections.get(area.section);
    const at = `areas[${index}]`;
    if (section === undefined) {
      const problem = `the layout has no section “${area.section}”`;
      return [{ at: `${at}.section`, problem }];
    }
    const missing = missingIn(section, area);
    return missing === null ? [] : [{ at: `${at}.${missing.part}`, problem: missing.problem }];
  });
}

function missingIn(
  section: LayoutSection,
  { rows, seats }: CategoryArea,
): { part: 'rows' | 'seats'; problem: string } | null {
  if (section.kind === 'standing') {
    if (rows === null && seats === null) return null;
    return { part: rows === null ? 'seats' : 'rows', problem: `${section.id} is for standing` };
  }
  const row = rows?.find((id) => !section.rows.some((one) => one.id === id));
  if (row !== undefined) return { part: 'rows', problem: `${section.id} has no row “${row}”` };
  const within = section.rows.filter(({ id }) => rows === null || rows.includes(id));
  const known = new Set(within.flatMap((one) => one.seats.map(({ id }) => id)));
  const seat = seats?.find((id) => !known.has(id));
  if (seat === undefined) return null;
  return { part: 'seats', problem: `no seat “${seat}” is in these rows of ${section.id}` };
}
