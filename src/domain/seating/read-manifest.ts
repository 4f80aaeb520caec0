// A seat manifest as a table, one line a seat, to a draft. What a line alone may get wrong is told here, by
// line and column; what it may get wrong among the others by `check-draft.ts`.
import { SEAT_FLAGS, type SeatFlag } from './ground-layout.ts';
import {
  type DraftSeat,
  type DraftSection,
  type LayoutDraft,
  type LayoutRefusal,
  REFUSALS_MAX,
} from './layout-draft.ts';

/** In any order; only the first two are required. Standing room has a capacity, and no row and seat. */
export const MANIFEST_COLUMNS = [
  'stand',
  'section',
  'row',
  'seat',
  'x',
  'y',
  'flags',
  'companion_of',
  'zone',
  'tier',
  'capacity',
] as const;
export type ManifestColumn = (typeof MANIFEST_COLUMNS)[number];

export type ManifestLine = {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<ManifestColumn, string>>>;
};

const AISLE = 'aisle';
const FLAG_WORDS: readonly string[] = [...SEAT_FLAGS, AISLE];
const NUMBER = /^-?\d{1,4}([.,]\d{1,4})?$/;
const WHOLE = /^\d{1,6}$/;

type Growing = {
  readonly id: string;
  readonly stand: string;
  readonly line: number;
  readonly rows: Map<string, DraftSeat[]>;
  zone: string | undefined;
  tier: number | undefined;
  capacity: number | undefined;
  flags: readonly SeatFlag[];
};

/** Takes lines one by one, so that a file is never held whole. Seats keep the order of their lines. */
export class ManifestReader {
  readonly #ground: string;
  readonly #sections = new Map<string, Growing>();
  readonly #refusals: LayoutRefusal[] = [];

  constructor(ground: string) {
    this.#ground = ground;
  }

  get refusals(): readonly LayoutRefusal[] {
    return this.#refusals;
  }

  /** Nobody reads more than these. */
  get isHopeless(): boolean {
    return this.#refusals.length >= REFUSALS_MAX;
  }

  add({ line, cells }: ManifestLine): void {
    const text = (column: ManifestColumn) => cells[column]?.trim() ?? '';
    const refuse = (message: string, mend: string) => this.#refuse(line, cells, message, mend);
    const [stand, id] = [text('stand'), text('section')];
    if (stand === '' || id === '') {
      refuse(`no ${stand === '' ? 'stand' : 'section'}`, 'name stand and section in every line');
      return;
    }
    const section = this.#section(stand, id, line);
    if (section.stand !== stand) {
      refuse(`it was in stand ${section.stand} before`, 'give a section one stand');
      return;
    }
    section.zone ??= text('zone') || undefined;
    section.tier ??= this.#number(text('tier'), WHOLE, 'tier', refuse);
    const { flags, hasAisle } = this.#flags(text('flags'), refuse);
    if (text('capacity') !== '') {
      section.capacity = this.#number(text('capacity'), WHOLE, 'capacity', refuse);
      section.flags = flags;
      return;
    }
    if (text('row') === '' || text('seat') === '') {
      refuse(
        'neither row and seat nor a capacity',
        'write both for a seat, or a capacity to stand',
      );
      return;
    }
    const row = section.rows.get(text('row')) ?? [];
    section.rows.set(text('row'), row);
    row.push({
      id: text('seat'),
      line,
      x: this.#number(text('x'), NUMBER, 'x', refuse),
      y: this.#number(text('y'), NUMBER, 'y', refuse),
      flags,
      companionOf: text('companion_of') || undefined,
      aisleAfter: hasAisle,
    });
  }

  /** To be checked; only when {@link refusals} is empty. */
  draft(): LayoutDraft {
    const sections = [...this.#sections.values()].map((section): DraftSection => {
      const { id, stand, line, zone, tier, capacity, flags } = section;
      const rows = [...section.rows].map(([row, seats]) => ({ id: row, seats }));
      const marks = flags.length === 0 ? {} : { flags };
      return {
        id,
        stand,
        line,
        zone,
        tier,
        capacity,
        ...marks,
        ...(rows.length > 0 ? { rows } : {}),
      };
    });
    return { ground: this.#ground, sections };
  }

  #section(stand: string, id: string, line: number): Growing {
    const known = this.#sections.get(id);
    if (known !== undefined) return known;
    const nothing = { zone: undefined, tier: undefined, capacity: undefined };
    const section = { id, stand, line, rows: new Map(), ...nothing, flags: [] };
    this.#sections.set(id, section);
    return section;
  }

  #flags(text: string, refuse: (message: string, mend: string) => void) {
    const words = text
      .toLowerCase()
      .split(/[\s;|]+/)
      .filter((word) => word !== '');
    const unknown = words.find((word) => !FLAG_WORDS.includes(word));
    if (unknown !== undefined) {
      refuse(
        `flag “${unknown.slice(0, 40)}”`,
        `known are ${FLAG_WORDS.join(', ')}, separated by spaces`,
      );
    }
    const flags = SEAT_FLAGS.filter((flag) => words.includes(flag));
    return { flags, hasAisle: words.includes(AISLE) };
  }

  #number(
    text: string,
    pattern: RegExp,
    column: ManifestColumn,
    refuse: (message: string, mend: string) => void,
  ): number | undefined {
    if (text === '') return undefined;
    if (pattern.test(text)) return Number(text.replace(',', '.'));
    const what =
      pattern === WHOLE ? 'a whole number' : 'metres from the centre spot, such as -41.5';
    refuse(`${column} “${text.slice(0, 40)}”`, `write ${what}`);
    return undefined;
  }

  #refuse(line: number, cells: ManifestLine['cells'], message: string, mend: string): void {
    if (this.isHopeless) return;
    const { section = null, row = null, seat = null } = cells;
    this.#refusals.push({ line, section, row, seat, message, mend });
  }
}
