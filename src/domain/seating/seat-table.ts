// A layout as columns by dense index: what a choice among 80,000 seats reads is typed arrays.
import { assert } from '#domain/kernel/assert.ts';
import { type GroundLayout, SEAT_FLAGS, type SeatFlag, seatCount } from './ground-layout.ts';

export type SeatTable = {
  readonly layout: GroundLayout;
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Bits by {@link flagBit}. */
  readonly flags: Uint8Array;
  /** Dense index of the wheelchair place beside; −1: not a companion's seat. */
  readonly companionOf: Int32Array;
  /** Seats that are places for wheelchairs. */
  readonly wheelchairs: readonly number[];
  /** Places in `layout.sections`. */
  readonly sectionOf: Uint16Array;
  /** Rows of the ground counted through, standing areas having none. */
  readonly rowOf: Uint16Array;
  readonly rows: readonly TableRow[];
  /** Neighbours without an aisle between them, counted through; the seats of each are consecutive. */
  readonly blockOf: Uint16Array;
  readonly blocks: readonly TableBlock[];
  /** First seat of each section; of a standing area, and of the end, the seat that would follow. */
  readonly firstOfSection: Uint32Array;
};

export type TableRow = {
  /** Place in `layout.sections`, and of the row in its section. */
  readonly section: number;
  readonly place: number;
  readonly id: string;
  readonly first: number;
  readonly end: number;
};
export type TableBlock = {
  readonly row: number;
  readonly section: number;
  readonly first: number;
  readonly end: number;
};

export function flagBit(flag: SeatFlag): number {
  return 1 << SEAT_FLAGS.indexOf(flag);
}

export function flagBits(flags: readonly SeatFlag[] = []): number {
  return flags.reduce((bits, flag) => bits | flagBit(flag), 0);
}

export function seatTableOf(layout: GroundLayout): SeatTable {
  const count = seatCount(layout);
  const columns = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    flags: new Uint8Array(count),
    companionOf: new Int32Array(count).fill(-1),
    sectionOf: new Uint16Array(count),
    rowOf: new Uint16Array(count),
    blockOf: new Uint16Array(count),
    firstOfSection: new Uint32Array(layout.sections.length + 1),
  };
  const rows: TableRow[] = [];
  const blocks: TableBlock[] = [];
  let seat = 0;
  for (const [section, area] of layout.sections.entries()) {
    columns.firstOfSection[section] = seat;
    if (area.kind !== 'seats') continue;
    for (const [place, row] of area.rows.entries()) {
      const first = seat;
      let blockFirst = seat;
      for (const [index, each] of row.seats.entries()) {
        columns.x[seat] = each.x;
        columns.y[seat] = each.y;
        columns.flags[seat] = flagBits(each.flags);
        columns.companionOf[seat] = each.companionOf ?? -1;
        columns.sectionOf[seat] = section;
        columns.rowOf[seat] = rows.length;
        columns.blockOf[seat] = blocks.length;
        seat += 1;
        if (each.aisleAfter !== true && index < row.seats.length - 1) continue;
        blocks.push({ row: rows.length, section, first: blockFirst, end: seat });
        blockFirst = seat;
      }
      rows.push({ section, place, id: row.id, first, end: seat });
    }
  }
  columns.firstOfSection[layout.sections.length] = seat;
  assert(blocks.length < 2 ** 16, 'blocks are numbered by 16 bits');
  const isChair = flagBit('wheelchair');
  const wheelchairs = [...columns.flags.keys()].filter(
    (index) => ((columns.flags[index] ?? 0) & isChair) !== 0,
  );
  return { layout, count, ...columns, wheelchairs, rows, blocks };
}

export type SeatName = { readonly section: string; readonly row: string; readonly seat: string };

/** @throws AssertionError for an index that the layout does not have */
export function nameOfSeat(table: SeatTable, seat: number): SeatName {
  const row = table.rows[table.rowOf[seat] ?? -1];
  const section = table.layout.sections[row?.section ?? -1];
  assert(row !== undefined && section?.kind === 'seats', `the layout has no seat ${seat}`);
  const printed = section.rows[row.place]?.seats[seat - row.first];
  assert(printed !== undefined, `the layout has no seat ${seat}`);
  return { section: section.id, row: row.id, seat: printed.id };
}

/** As people say it: `N103-12-7`. */
export function labelOfSeat(table: SeatTable, seat: number): string {
  const { section, row, seat: id } = nameOfSeat(table, seat);
  return `${section}-${row}-${id}`;
}

/** Finds seats by what is printed on them; null: there is none of that name. */
export function seatFinderByName(table: SeatTable): (name: SeatName) => number | null {
  const rows = new Map(
    table.rows.map((row) => {
      const section = table.layout.sections[row.section]?.id ?? '';
      return [`${section}\n${row.id}`, row] as const;
    }),
  );
  return ({ section, row, seat }) => {
    const found = rows.get(`${section}\n${row}`);
    const area = table.layout.sections[found?.section ?? -1];
    if (found === undefined || area?.kind !== 'seats') return null;
    const at = area.rows[found.place]?.seats.findIndex(({ id }) => id === seat) ?? -1;
    return at === -1 ? null : found.first + at;
  };
}
