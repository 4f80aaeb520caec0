import { charactersOf, fontsFor } from './fonts.ts';
import { clockTime, dateLine, isoDate } from './local-time.ts';
import { drawMark } from './mark.ts';
import { finish, GREY, INK, newDocument, PAGE_SIZES, Pen } from './pen.ts';
import { bothLanguages } from './seat-line.ts';
import type { EventFace, Localized, Paper, SeatFace } from './ticket-face.ts';
import { WORDS } from './words.ts';

/**
 * What a steward admits from when nothing else works: every ticket of one gate with a box to tick,
 * in the order of the seats or of the refs. Black on white, dense, 8 pt and up.
 */
export type FallbackTicket = SeatFace & {
  readonly ref: string;
  readonly type: Localized;
  readonly holderName: string | null;
  readonly admits: number;
  /** Already in when the list was made: its box is printed full. */
  readonly isInside: boolean;
};

export type FallbackList = {
  readonly event: EventFace;
  readonly gate: Localized;
  readonly asOf: number;
  readonly order: 'seat' | 'ref';
  /** Names are left out unless someone has decided that stewards need them. */
  readonly withNames: boolean;
  readonly tickets: readonly FallbackTicket[];
};

const { width: PAGE_WIDTH, height: PAGE_HEIGHT } = PAGE_SIZES.A4;
const MARGIN = 30;
const WIDTH = PAGE_WIDTH - 2 * MARGIN;
const TOP = 92;
const BOTTOM = PAGE_HEIGHT - 40;
const ROW = 11.5;
const GUTTER = 14;
const ROWS_A_COLUMN = Math.floor((BOTTOM - TOP) / ROW);
const TEXT = { size: 8, color: INK } as const;
const STRONG = { ...TEXT, weight: 'bold' } as const;

export async function fallbackListPdf(list: FallbackList): Promise<Paper> {
  const shown = list.withNames ? list.tickets : list.tickets.map(withoutName);
  const fonts = await fontsFor(
    charactersOf([list.event, list.gate, shown, WORDS, '年月日周一二三四五六/']),
  );
  const title = `${bothLanguages(list.gate)} ${bothLanguages(list.event.name)}`;
  const pen = new Pen(newDocument({ title, printedAt: list.asOf }), fonts);
  const columns = columnsOf(rowsOf({ ...list, tickets: shown }));
  const stops = stopsOf(pen, shown, list.order);
  const across = Math.max(1, Math.floor((WIDTH + GUTTER) / (stops.width + GUTTER)));
  const pages = Math.max(1, Math.ceil(columns.length / across));
  for (let page = 0; page < pages; page += 1) {
    pen.page('A4');
    drawHead(pen, list);
    drawFoot(pen, page + 1, pages);
    if (columns.length === 0)
      pen.write(bothLanguages(WORDS.noTickets), MARGIN, TOP + 16, { size: 14 });
    const columnWidth = (WIDTH - (across - 1) * GUTTER) / across;
    for (const [index, rows] of columns.slice(page * across, (page + 1) * across).entries()) {
      drawColumn(
        pen,
        rows,
        MARGIN + index * (columnWidth + GUTTER),
        columnWidth,
        list.order,
        stops,
      );
    }
  }
  return { bytes: await finish(pen.doc), missing: [...fonts.missing] };
}

function withoutName(ticket: FallbackTicket): FallbackTicket {
  return { ...ticket, holderName: null };
}

type Row =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'ticket'; readonly ticket: FallbackTicket };

const collator = new Intl.Collator('zh-CN', { numeric: true });

/** As people count: N9 comes before N10. */
export function sortedForGate(
  tickets: readonly FallbackTicket[],
  order: FallbackList['order'],
): FallbackTicket[] {
  const keysOf = ({ ref, stand, section, row, seat }: FallbackTicket) =>
    order === 'ref' ? [ref] : [stand, section, row, seat, ref];
  return tickets
    .map((ticket) => ({ ticket, keys: keysOf(ticket) }))
    .sort((a, b) => compare(a.keys, b.keys))
    .map(({ ticket }) => ticket);
}

/** In the order of the seats every section has its heading. */
function rowsOf({ tickets, order }: FallbackList): Row[] {
  let heading = '';
  return sortedForGate(tickets, order).flatMap((ticket) => {
    const row: Row = { kind: 'ticket', ticket };
    const next = order === 'ref' ? '' : headingOf(ticket);
    if (next === heading) return [row];
    heading = next;
    return [{ kind: 'heading' as const, text: next }, row];
  });
}

function compare(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  for (const [index, key] of a.entries()) {
    const difference = collator.compare(key ?? '', b[index] ?? '');
    if (difference !== 0) return difference;
  }
  return 0;
}

function headingOf({ stand, section }: SeatFace): string {
  const place = [stand, section].filter((part) => part !== null).join(' ');
  return place === '' ? bothLanguages(WORDS.unreserved) : place;
}

/** A column opens with the heading that its first ticket is under, and none ends with a heading. */
function columnsOf(rows: readonly Row[]): Row[][] {
  const columns: Row[][] = [];
  let column: Row[] = [];
  let heading: Row | null = null;
  for (const row of rows) {
    const room = row.kind === 'heading' ? 2 : 1;
    if (column.length + room > ROWS_A_COLUMN) {
      columns.push(column);
      column = row.kind === 'ticket' && heading !== null ? [heading] : [];
    }
    if (row.kind === 'heading') heading = row;
    column.push(row);
  }
  return column.length > 0 ? [...columns, column] : columns;
}

function drawHead(pen: Pen, { event, gate, asOf, tickets }: FallbackList): void {
  const right = PAGE_WIDTH - MARGIN;
  drawMark(pen, MARGIN, 27, 25, INK, INK);
  pen.write(bothLanguages(gate, ' · '), MARGIN + 36, 48, { size: 22, weight: 'bold' });
  pen.write(`${bothLanguages(WORDS.asOf)} ${clockTime(asOf, event.timeZone)}`, right, 40, {
    size: 13,
    weight: 'bold',
    align: 'right',
  });
  const inside = tickets.filter((ticket) => ticket.isInside).length;
  const counts = `${tickets.length} ${bothLanguages(WORDS.tickets)}, ${inside} ${bothLanguages(WORDS.inside)}`;
  pen.write(`${isoDate(asOf, event.timeZone)} · ${counts}`, right, 53, { ...TEXT, align: 'right' });
  const date = dateLine(event.startsAt, event.timeZone)['zh-CN'];
  const kickOff = `${bothLanguages(WORDS.kickOff)} ${clockTime(event.startsAt, event.timeZone)}`;
  const match = `${bothLanguages(event.name, ' · ')} · ${date} · ${kickOff}`;
  const style = { size: 9, weight: 'bold' } as const;
  const width = PAGE_WIDTH - 2 * MARGIN;
  pen.write(match, MARGIN, 72, { ...style, size: pen.sizeWithin(match, style, width) });
  pen.rule(MARGIN, 81, width, INK, 1);
}

function drawFoot(pen: Pen, page: number, pages: number): void {
  const y = PAGE_HEIGHT - 20;
  pen.rule(MARGIN, y - 12, PAGE_WIDTH - 2 * MARGIN, INK);
  const legend = MARGIN + 12;
  drawBox(pen, MARGIN, y, false);
  pen.write(bothLanguages(WORDS.tick), legend, y, TEXT);
  const inside = legend + pen.width(bothLanguages(WORDS.tick), TEXT) + 18;
  drawBox(pen, inside, y, true);
  pen.write(bothLanguages(WORDS.inside), inside + 12, y, TEXT);
  pen.write(`${bothLanguages(WORDS.steward)} ____________________`, PAGE_WIDTH / 2, y, TEXT);
  const right = PAGE_WIDTH - MARGIN;
  pen.write(`${page}/${pages}`, right, y, {
    ...STRONG,
    align: 'right',
  });
}

/** Where the parts of a row begin, from its left edge, and the least width of a whole row. */
type Stops = { readonly second: number; readonly name: number; readonly width: number };

const BOX = 13;
const GAP = 10;
/** Longer names and types end in an ellipsis, because smaller print helps nobody at a gate. */
const NAME_WIDTH_MAX = 80;
const TYPE_WIDTH_MAX = 64;

function stopsOf(
  pen: Pen,
  tickets: readonly FallbackTicket[],
  order: FallbackList['order'],
): Stops {
  const widest = { first: 0, second: 0, name: 0, type: 0 };
  for (const ticket of tickets) {
    const [first, second] = partsOf(ticket, order);
    widest.first = Math.max(widest.first, pen.width(first, STRONG));
    widest.second = Math.max(widest.second, pen.width(second, TEXT));
    widest.name = Math.max(widest.name, pen.width(ticket.holderName ?? '', TEXT));
    widest.type = Math.max(widest.type, pen.width(typeOf(pen, ticket), TEXT));
  }
  const second = BOX + widest.first + GAP;
  const name = second + widest.second + GAP;
  const nameWidth = widest.name === 0 ? 0 : Math.min(widest.name, NAME_WIDTH_MAX) + GAP;
  return { second, name, width: name + nameWidth + widest.type };
}

function partsOf(ticket: FallbackTicket, order: FallbackList['order']): [string, string] {
  const place = [ticket.row, ticket.seat].filter((part) => part !== null).join('-');
  const whole = [ticket.section, place].filter((part) => part !== null && part !== '').join(' ');
  return order === 'seat' ? [place, ticket.ref] : [ticket.ref, whole];
}

/** However much of the type there is room for, how many people come in is always said. */
function typeOf(pen: Pen, { type, admits }: FallbackTicket): string {
  const people = admits > 1 ? ` ×${admits}` : '';
  return pen.shortened(type['zh-CN'], TEXT, TYPE_WIDTH_MAX - pen.width(people, TEXT)) + people;
}

function drawColumn(
  pen: Pen,
  rows: readonly Row[],
  x: number,
  width: number,
  order: FallbackList['order'],
  stops: Stops,
): void {
  for (const [index, row] of rows.entries()) {
    const baseline = TOP + index * ROW + 8.5;
    if (row.kind === 'heading') {
      pen.write(row.text, x, baseline, { ...STRONG, size: 9.5 });
    } else {
      const [first, second] = partsOf(row.ticket, order);
      drawBox(pen, x, baseline, row.ticket.isInside);
      pen.write(first, x + BOX, baseline, STRONG);
      pen.write(second, x + stops.second, baseline, TEXT);
      const name = pen.shortened(row.ticket.holderName ?? '', TEXT, NAME_WIDTH_MAX);
      pen.write(name, x + stops.name, baseline, TEXT);
      const type = typeOf(pen, row.ticket);
      pen.write(type, x + width, baseline, { ...TEXT, color: GREY, align: 'right' });
    }
    pen.rule(x, TOP + (index + 1) * ROW, width, row.kind === 'heading' ? INK : undefined, 0.4);
  }
}

function drawBox(pen: Pen, x: number, baseline: number, isFull: boolean): void {
  const edge = 7.5;
  pen.doc.rect(x, baseline - 7, edge, edge);
  if (isFull) pen.fill(INK);
  else pen.outline(INK, 0.7);
}
