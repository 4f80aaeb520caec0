// A layout as buyers load it: 80,000 seats in a few hundred kilobytes. Rows whose seats stand evenly are a first
// point and a step; others say each step. Lengths are centimetres, whole.
import { z } from 'zod';

const area = {
  id: z.string(),
  stand: z.string(),
  zone: z.string(),
  polygon: z.array(z.int()).describe('x, y, x, y, …'),
};

const seatRow = z.object({
  id: z.string(),
  n: z.int().describe('seats'),
  /** Printed on the seats: from this number upwards, or each. */
  from: z.int().optional(),
  ids: z.array(z.string()).optional(),
  x: z.int(),
  y: z.int(),
  /** From a seat to the next, where all are as far apart. */
  dx: z.int().optional(),
  dy: z.int().optional(),
  /** Otherwise dx, dy, dx, dy, … */
  steps: z.array(z.int()).optional(),
  category: z.int().describe('place in the list of categories; −1: not for sale'),
  /** Place in the row and category, one after the other: seats whose category is another. */
  otherCategories: z.array(z.int()).optional(),
  /** Places in the row that are followed by an aisle. */
  aisles: z.array(z.int()).optional(),
  /** Place in the row and flag bits, one after the other. */
  flags: z.array(z.int()).optional(),
  /** Place in the row and dense index of its wheelchair place, one after the other. */
  companions: z.array(z.int()).optional(),
});
export type ShopRow = z.infer<typeof seatRow>;

export const seatSection = z.object({ ...area, kind: z.literal('seats'), rows: z.array(seatRow) });
export const standingSection = z.object({
  ...area,
  kind: z.literal('standing'),
  capacity: z.int(),
  flags: z.int(),
  category: z.int(),
});
export type ShopSection = z.infer<typeof seatSection> | z.infer<typeof standingSection>;

/** Columns by dense index. Metres; flags by `flagBit` of `#domain/seating/seat-table.ts`. */
export type SeatColumns = {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly flags: Uint8Array;
  /** −1: not for sale. */
  readonly category: Int16Array;
  readonly companionOf: Int32Array;
  readonly section: Uint16Array;
  /** Place of the row in its section. */
  readonly row: Uint16Array;
  /** 1: an aisle follows. */
  readonly aisleAfter: Uint8Array;
  readonly names: readonly string[];
  /** First seat of each section, and one past the last. */
  readonly firstOfSection: Uint32Array;
};

const CENTIMETRES = 100;

export function unpackLayout(sections: readonly ShopSection[]): SeatColumns {
  const count = sections.reduce((total, section) => total + seatsOf(section), 0);
  const columns = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    flags: new Uint8Array(count),
    category: new Int16Array(count),
    companionOf: new Int32Array(count).fill(-1),
    section: new Uint16Array(count),
    row: new Uint16Array(count),
    aisleAfter: new Uint8Array(count),
    firstOfSection: new Uint32Array(sections.length + 1),
  };
  const names: string[] = [];
  let seat = 0;
  for (const [index, section] of sections.entries()) {
    columns.firstOfSection[index] = seat;
    if (section.kind !== 'seats') continue;
    for (const [place, row] of section.rows.entries()) {
      columns.section.fill(index, seat, seat + row.n);
      columns.row.fill(place, seat, seat + row.n);
      columns.category.fill(row.category, seat, seat + row.n);
      placeSeats(row, seat, columns.x, columns.y);
      for (let i = 0; i < row.n; i++) names.push(row.ids?.[i] ?? String((row.from ?? 1) + i));
      for (const i of row.aisles ?? []) columns.aisleAfter[seat + i] = 1;
      for (const [i, value] of pairs(row.flags)) columns.flags[seat + i] = value;
      for (const [i, value] of pairs(row.otherCategories)) columns.category[seat + i] = value;
      for (const [i, value] of pairs(row.companions)) columns.companionOf[seat + i] = value;
      seat += row.n;
    }
  }
  columns.firstOfSection[sections.length] = seat;
  return { count, ...columns, names };
}

function placeSeats(row: ShopRow, first: number, xs: Float32Array, ys: Float32Array): void {
  let { x, y } = row;
  for (let i = 0; i < row.n; i++) {
    xs[first + i] = x / CENTIMETRES;
    ys[first + i] = y / CENTIMETRES;
    x += row.dx ?? row.steps?.[2 * i] ?? 0;
    y += row.dy ?? row.steps?.[2 * i + 1] ?? 0;
  }
}

function seatsOf(section: ShopSection): number {
  return section.kind === 'seats' ? section.rows.reduce((total, { n }) => total + n, 0) : 0;
}

function* pairs(list: readonly number[] = []): Generator<readonly [number, number]> {
  for (let i = 0; i + 1 < list.length; i += 2) yield [list[i] ?? 0, list[i + 1] ?? 0];
}
