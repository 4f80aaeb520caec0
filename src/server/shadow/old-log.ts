// One line of the old system's log, checked. A problem names the column and the mend.
import type { Direction } from '#domain/entry/verdict.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { ADMITTED_WORDS, DIRECTION_WORDS, type ShadowColumn } from '#protocol/shadow.ts';
import type { RowProblem } from '#protocol/tickets.ts';
import type { CsvRow } from '#server/platform/csv.ts';

export type OldLine = {
  readonly line: number;
  readonly code: string;
  /** Null when the log has no times: then it is in the order of its lines. */
  readonly at: Instant | null;
  readonly gate: string | null;
  readonly direction: Direction;
  readonly isAdmitted: boolean;
  readonly reason: string | null;
};

/** As long as what a lane may send. */
const CODE_LENGTH_MAX = 4096;
const WORDS_LENGTH_MAX = 200;

export function oldLineReader(
  columns: readonly ShadowColumn[],
): (row: CsvRow) => OldLine | RowProblem {
  const index = new Map(columns.map((column, at) => [column, at]));
  return ({ line, cells }) => {
    const problem = (column: ShadowColumn | null, message: string) => ({ line, column, message });
    if (cells.length !== columns.length) {
      return problem(null, `has ${cells.length} cells, the header has ${columns.length}`);
    }
    const cell = (column: ShadowColumn) => (cells[index.get(column) ?? -1] ?? '').trim();
    const code = cell('code');
    if (code === '') return problem('code', 'is empty');
    if (code.length > CODE_LENGTH_MAX) {
      return problem('code', `is longer than ${CODE_LENGTH_MAX} letters`);
    }
    const decision = cell('decision').toLowerCase();
    if (decision === '') return problem('decision', 'is empty');
    const direction = DIRECTION_WORDS[cell('direction').toLowerCase() || 'in'];
    if (direction === undefined) {
      const known = Object.keys(DIRECTION_WORDS).join(', ');
      return problem('direction', `“${cell('direction').slice(0, 40)}” is none of ${known}`);
    }
    const at = index.has('at') ? parseInstant(cell('at')) : null;
    if (at === null && index.has('at')) {
      return problem(
        'at',
        `“${cell('at').slice(0, 40)}” is not an RFC 3339 time with offset, such as 2026-11-29T17:30:00+08:00`,
      );
    }
    const isAdmitted = ADMITTED_WORDS.includes(decision);
    const words = (column: ShadowColumn) => storable(cell(column)) || null;
    return { line, code, at, gate: words('gate'), direction, isAdmitted, reason: words('reason') };
  };
}

/** What an old system writes is shown again, so far as a database can hold it. */
function storable(text: string): string {
  return text.slice(0, WORDS_LENGTH_MAX).replace(/\0/g, '').toWellFormed();
}
