// Which seats are behind which: of each seat the nearest one of the next row of its section.
import type { SeatTable } from './seat-table.ts';

export class RowNeighbours {
  /** Blocks of row r: `firstBlockOfRow[r]` to `firstBlockOfRow[r + 1]` − 1. */
  readonly firstBlockOfRow: Uint32Array;
  /** −1: its row is the last of its section. */
  readonly #behind: Int32Array;

  constructor(table: SeatTable) {
    this.firstBlockOfRow = new Uint32Array(table.rows.length + 1).fill(table.blocks.length);
    for (let block = table.blocks.length - 1; block >= 0; block -= 1) {
      this.firstBlockOfRow[table.blocks[block]?.row ?? 0] = block;
    }
    this.#behind = new Int32Array(table.count).fill(-1);
    for (const [index, row] of table.rows.entries()) {
      const next = table.rows[index + 1];
      if (next === undefined || next.section !== row.section) continue;
      for (let seat = row.first; seat < row.end; seat += 1) {
        this.#behind[seat] = nearest(table, seat, next.first, next.end);
      }
    }
  }

  /** Whether somebody of seats `c` to `d` sits behind somebody of seats `a` to `b` of the row before. */
  areBehind(a: number, b: number, c: number, d: number): boolean {
    const [one, other] = [this.#behind[a] as number, this.#behind[b] as number];
    return Math.min(one, other) <= d && Math.max(one, other) >= c;
  }
}

function nearest(table: SeatTable, seat: number, first: number, end: number): number {
  const [x, y] = [table.x[seat] as number, table.y[seat] as number];
  let least = Number.POSITIVE_INFINITY;
  let at = first;
  for (let other = first; other < end; other += 1) {
    const [dx, dy] = [(table.x[other] as number) - x, (table.y[other] as number) - y];
    const square = dx * dx + dy * dy;
    if (square < least) [least, at] = [square, other];
  }
  return at;
}
