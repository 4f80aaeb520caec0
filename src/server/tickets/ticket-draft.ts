// One row of a ticket file, checked against its event. A problem names the column and the mend.
import { normaliseCode, readCode } from '#domain/credentials/reading.ts';
import { TICKET_STATUSES, type TicketStatus } from '#domain/entry/ticket.ts';
import { ID_PATTERN } from '#domain/kernel/ids.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import type { RowProblem, TicketColumn } from '#protocol/tickets.ts';
import type { CsvRow } from '#server/platform/csv.ts';

export type TicketDraft = {
  readonly line: number;
  readonly ref: string;
  readonly type: string;
  readonly stand: string | null;
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
  readonly gates: readonly string[] | null;
  readonly validFrom: Instant | null;
  readonly validUntil: Instant | null;
  readonly admits: number | null;
  readonly status: TicketStatus;
  readonly code: string | null;
  readonly cardUid: string | null;
  readonly document: string | null;
  readonly orderRef: string | null;
  readonly group: string | null;
  readonly companionOf: string | null;
  readonly holderName: string | null;
  readonly phone: string | null;
};

const TEXT_MAX = 200;
const ADMITS_MAX = 99;

/** @param columns - what each cell is of; null: of nothing that we know */
export function draftReader(
  columns: readonly (TicketColumn | null)[],
  ground: Ground,
): (row: CsvRow) => TicketDraft | RowProblem {
  const index = new Map(
    columns.flatMap((column, at) => (column === null ? [] : [[column, at] as const])),
  );
  const stands = new Set(ground.event.stands.map((stand) => stand.id as string));
  return (row) => {
    if (row.cells.length !== columns.length) {
      const message = `has ${row.cells.length} cells, the header has ${columns.length}`;
      return { line: row.line, column: null, message };
    }
    try {
      return draftOf(new Cells(row, index), ground, stands);
    } catch (error) {
      if (error instanceof BadCell) {
        return { line: row.line, column: error.column, message: error.message };
      }
      throw error;
    }
  };
}

function draftOf(cells: Cells, ground: Ground, stands: ReadonlySet<string>): TicketDraft {
  const section = cells.oneOf('section', ground.sections, 'section');
  const ref = cells.id('ticket_ref');
  if (ref === null) throw new BadCell('ticket_ref', 'is empty: every ticket needs a reference');
  const type = cells.oneOf('type', ground.types, 'ticket type');
  if (type === null) throw new BadCell('type', 'is empty: name one of the event’s ticket types');
  const stand =
    cells.oneOf('stand', stands, 'stand') ??
    (section === null ? null : (ground.sections.get(section)?.stand ?? null));
  const validFrom = cells.time('valid_from');
  const validUntil = cells.time('valid_until');
  if (validFrom !== null && validUntil !== null && validUntil <= validFrom) {
    throw new BadCell('valid_until', 'must be after valid_from');
  }
  return {
    line: cells.row.line,
    ref,
    type,
    stand,
    section,
    row: cells.text('row'),
    seat: cells.text('seat'),
    gates: cells.gates(ground),
    validFrom,
    validUntil,
    admits: cells.admits(),
    status: (cells.oneOf('status', STATUSES, 'status') ?? 'valid') as TicketStatus,
    code: cells.code(),
    cardUid: cells.medium('card_uid'),
    document: cells.medium('document'),
    orderRef: cells.text('order_ref'),
    group: cells.text('group'),
    companionOf: cells.id('companion_of'),
    holderName: cells.text('holder_name'),
    phone: cells.text('phone'),
  };
}

const STATUSES: ReadonlySet<string> = new Set(TICKET_STATUSES);

class BadCell extends Error {
  readonly column: TicketColumn;

  constructor(column: TicketColumn, message: string) {
    super(message);
    this.column = column;
  }
}

class Cells {
  readonly row: CsvRow;
  readonly #index: ReadonlyMap<TicketColumn, number>;

  constructor(row: CsvRow, index: ReadonlyMap<TicketColumn, number>) {
    this.row = row;
    this.#index = index;
  }

  text(column: TicketColumn): string | null {
    const at = this.#index.get(column);
    const text = at === undefined ? '' : (this.row.cells[at] ?? '').trim();
    if (text === '') return null;
    if (text.length > TEXT_MAX) throw new BadCell(column, `is longer than ${TEXT_MAX} letters`);
    if (CONTROL.test(text)) throw new BadCell(column, 'holds a control character');
    return text;
  }

  id(column: TicketColumn): string | null {
    const text = this.text(column);
    if (text === null || ID_PATTERN.test(text)) return text;
    throw new BadCell(
      column,
      `“${shown(text)}” is not 1–64 letters, digits, “.”, “_” or “-”, starting with a letter or digit`,
    );
  }

  oneOf(column: TicketColumn, known: Known, kind: string): string | null {
    const text = this.text(column);
    if (text === null || known.has(text)) return text;
    const names = [...known.keys()];
    const some = names.slice(0, NAMES_SHOWN).join(', ') + (names.length > NAMES_SHOWN ? ', …' : '');
    throw new BadCell(column, `there is no ${kind} “${shown(text)}”; the event has ${some}`);
  }

  time(column: TicketColumn): Instant | null {
    const text = this.text(column);
    if (text === null) return null;
    const at = parseInstant(text);
    if (at !== null) return at;
    throw new BadCell(
      column,
      `“${shown(text)}” is not an RFC 3339 time with offset, such as 2026-11-29T17:30:00+08:00`,
    );
  }

  gates(ground: Ground): readonly string[] | null {
    const text = this.text('gate');
    if (text === null) return null;
    const gates = text.split(/[\s|;,、]+/u).filter((gate) => gate !== '');
    for (const gate of gates) {
      if (!ground.gates.has(gate)) {
        const some = [...ground.gates.keys()].slice(0, NAMES_SHOWN).join(', ');
        throw new BadCell('gate', `there is no gate “${shown(gate)}”; the event has ${some}`);
      }
    }
    return gates;
  }

  admits(): number | null {
    const text = this.text('admits');
    if (text === null) return null;
    const people = Number(text);
    if (/^\d+$/.test(text) && people >= 1 && people <= ADMITS_MAX) return people;
    throw new BadCell('admits', `“${shown(text)}” is not a whole number from 1 to ${ADMITS_MAX}`);
  }

  code(): string | null {
    const code = this.#scannable('code');
    if (code === null) return null;
    // Looked up by what is in it, never by its hash: imported, it would not be found.
    if (readCode(code).kind !== 'foreign') {
      throw new BadCell('code', 'has the form of our own codes; leave the cell empty');
    }
    return code;
  }

  /** A card or document; separators do not count, and without them something must be left. */
  medium(column: 'card_uid' | 'document'): string | null {
    const text = this.#scannable(column);
    if (text === null || /[\p{L}\p{N}]/u.test(text)) return text;
    throw new BadCell(column, `“${shown(text)}” holds neither letter nor digit`);
  }

  /** Spelt as a reader’s text is before it is looked up. */
  #scannable(column: TicketColumn): string | null {
    const text = this.text(column);
    if (text === null) return null;
    const spelt = normaliseCode(text);
    if (spelt === null) throw new BadCell(column, 'holds a character that no code can have');
    return spelt;
  }
}

type Known = { has(name: string): boolean; keys(): Iterable<string> };

const NAMES_SHOWN = 8;
const CONTROL = /\p{Cc}/u;

function shown(text: string): string {
  return text.slice(0, 40);
}
