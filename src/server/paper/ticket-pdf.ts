import { setImmediate } from 'node:timers/promises';
import { assert } from '#domain/kernel/assert.ts';
import { charactersOf, oneWeightFontsFor } from './fonts.ts';
import { clockTime, clockTimeBeside, dateLine, isoDate } from './local-time.ts';
import { drawMark } from './mark.ts';
import { packPdf } from './pack-pdf.ts';
import {
  BRASS,
  edgeWithQuietZone,
  GREY,
  gather,
  newDocument,
  PAGE_SIZES,
  Pen,
  POINTS_PER_MM,
} from './pen.ts';
import { bothLanguages, gateLine, type Labelled, seatParts, spacedCode } from './seat-line.ts';
import type { Localized, Paper, TicketFace } from './ticket-face.ts';
import { INSTRUCTIONS, WORDS } from './words.ts';

/**
 * Tickets to print at home, one A4 page each. All that a gate needs is in the upper half, so that
 * the page may be folded; everything stays readable in black and white.
 */

export type TicketPdfOptions = { readonly printedAt: number };

/** A long document as it is made: a page is drawn only when the one before it has been taken. */
export type PaperStream = {
  readonly missing: readonly string[];
  readonly chunks: AsyncGenerator<Uint8Array>;
};

const SYMBOL_MM = 42;
const MARGIN = 48;
const WIDTH = PAGE_SIZES.A4.width - 2 * MARGIN;
const FOLD = PAGE_SIZES.A4.height / 2;
const SYMBOL_TOP = 186;
const FACTS_TOP = 203;
const LABEL = { size: 8, color: GREY } as const;
const FACTS_WIDTH = 306;
/** In a longer document there is little to gain. */
const PACKED_PAGES_MAX = 16;
/** Between two pages others may have the processor. */
const PAGES_PER_TURN = 20;

export async function ticketPdf(
  tickets: readonly TicketFace[],
  options: TicketPdfOptions,
): Promise<Paper> {
  const { missing, chunks } = await ticketPdfStream(tickets, options);
  const bytes = await gather(chunks);
  return { bytes: tickets.length <= PACKED_PAGES_MAX ? packPdf(bytes) : bytes, missing };
}

export async function ticketPdfStream(
  tickets: readonly TicketFace[],
  { printedAt }: TicketPdfOptions,
): Promise<PaperStream> {
  const [first] = tickets;
  assert(first !== undefined, 'a document of no tickets');
  const fonts = await oneWeightFontsFor(charactersOf([tickets, WORDS, INSTRUCTIONS, SET_HERE]));
  const subject = tickets.length === 1 ? first.ref : `${tickets.length} ${WORDS.tickets.en}`;
  const doc = newDocument({ title: `${bothLanguages(first.event.name)} ${subject}`, printedAt });
  const pen = new Pen(doc, fonts);
  return { missing: [...fonts.missing], chunks: pages(pen, tickets, printedAt) };
}

/** Characters that come from dates and joins rather than from words or tickets. */
const SET_HERE = '、年月日周一二三四五六';

async function* pages(
  pen: Pen,
  tickets: readonly TicketFace[],
  printedAt: number,
): AsyncGenerator<Uint8Array> {
  for (const [index, ticket] of tickets.entries()) {
    drawTicket(pen, ticket, printedAt);
    yield* written(pen.doc);
    if (index % PAGES_PER_TURN === PAGES_PER_TURN - 1) await setImmediate();
  }
  pen.doc.end();
  yield* pen.doc as AsyncIterable<Uint8Array>;
}

function* written(doc: PDFKit.PDFDocument): Generator<Uint8Array> {
  for (let chunk = doc.read(); chunk !== null; chunk = doc.read()) yield chunk as Uint8Array;
}

function drawTicket(pen: Pen, ticket: TicketFace, printedAt: number): void {
  pen.page('A4');
  drawHead(pen, ticket);
  drawMatch(pen, ticket);
  drawFacts(pen, ticket);
  drawCode(pen, ticket);
  drawFold(pen);
  drawInstructions(pen);
  drawGround(pen);
  drawFoot(pen, ticket, printedAt);
}

function drawHead(pen: Pen, { event, ref }: TicketFace): void {
  drawMark(pen, MARGIN, 43, 25);
  const left = MARGIN + 36;
  pen.write(event.venue['zh-CN'], left, 55, { size: 12, weight: 'bold' });
  pen.write(event.venue.en, left, 67, { size: 8.5, color: GREY });
  const right = MARGIN + WIDTH;
  pen.write(ref, right, 55, { size: 12, weight: 'bold', align: 'right' });
  pen.write(bothLanguages(WORDS.ticket), right, 67, { size: 8.5, color: GREY, align: 'right' });
  pen.rule(MARGIN, 82, WIDTH, BRASS, 1);
}

function drawMatch(pen: Pen, { event }: TicketFace): void {
  const name = { size: 30, weight: 'bold' } as const;
  const size = pen.sizeWithin(event.name['zh-CN'], name, WIDTH);
  pen.write(event.name['zh-CN'], MARGIN, 121, { ...name, size });
  const en = { size: 14, color: GREY } as const;
  pen.write(event.name.en, MARGIN, 142, { ...en, size: pen.sizeWithin(event.name.en, en, WIDTH) });
  const date = dateLine(event.startsAt, event.timeZone);
  const kickOff = clockTime(event.startsAt, event.timeZone);
  const zh = `${date['zh-CN']} ${kickOff}`;
  pen.write(zh, MARGIN, 170, { size: 13, weight: 'bold' });
  pen.write(date.en, MARGIN + pen.width(zh, { size: 13, weight: 'bold' }) + 12, 170, {
    size: 10,
    color: GREY,
  });
}

function drawFacts(pen: Pen, ticket: TicketFace): void {
  const { event } = ticket;
  const entry = clockTimeBeside(ticket.entryFrom, event.startsAt, event.timeZone);
  const kickOff = clockTime(event.startsAt, event.timeZone);
  drawRow(pen, FACTS_TOP, 24, [
    { label: WORDS.entry, value: entry },
    { label: WORDS.kickOff, value: kickOff },
  ]);
  const seat = seatParts(ticket);
  drawRow(
    pen,
    256,
    24,
    seat.length > 0 ? seat : [{ label: WORDS.seat, value: bothLanguages(WORDS.unreserved) }],
  );
  const gate = gateLine(ticket.gates);
  drawRow(pen, 309, 19, [{ label: WORDS.gate, value: bothLanguages(gate, ' · ') }]);
  drawRow(pen, 362, 12, [
    { label: WORDS.type, value: bothLanguages(ticket.type, ' · ') },
    ...optional(WORDS.holder, ticket.holderName),
    ...(ticket.admits > 1 ? [{ label: WORDS.admits, value: `${ticket.admits}` }] : []),
  ]);
}

function optional(label: Localized, value: string | null): Labelled[] {
  return value === null ? [] : [{ label, value }];
}

/** Facts side by side, each below its label, sharing the width as their lengths ask. */
function drawRow(pen: Pen, y: number, size: number, facts: readonly Labelled[]): void {
  if (y > FACTS_TOP) pen.rule(MARGIN, y - 13, FACTS_WIDTH);
  const style = { size, weight: 'bold' } as const;
  const smallest = Math.max(9, size * 0.6);
  const gap = 12;
  const least = facts.map(({ label }) => pen.width(bothLanguages(label), LABEL) + gap);
  const wanted = facts.map(({ value }, index) =>
    Math.max(pen.width(value, style) + gap, least[index] ?? 0, FACTS_WIDTH / 5),
  );
  const over = Math.max(0, sum(wanted) - FACTS_WIDTH);
  const spare = Math.max(0, FACTS_WIDTH - sum(wanted)) / facts.length;
  const above = sum(wanted) - sum(least);
  let x = MARGIN;
  for (const [index, { label, value }] of facts.entries()) {
    const [ask, base] = [wanted[index] ?? 0, least[index] ?? 0];
    const share = ask + spare - (over * (ask - base)) / above;
    pen.write(bothLanguages(label), x, y, LABEL);
    const fitting = Math.max(smallest, pen.sizeWithin(value, style, share - gap));
    for (const [n, line] of pen.lines(value, { ...style, size: fitting }, share - gap).entries()) {
      pen.write(line, x, y + size * 0.6 + 12 + n * fitting * 1.15, { ...style, size: fitting });
    }
    x += share;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function drawCode(pen: Pen, { code, shortId }: TicketFace): void {
  const symbol = SYMBOL_MM * POINTS_PER_MM;
  const edge = edgeWithQuietZone(code, symbol);
  const right = MARGIN + WIDTH;
  const quiet = (edge - symbol) / 2;
  pen.symbol(code, right - symbol - quiet, SYMBOL_TOP - quiet + 8, edge);
  const style = { size: 9, weight: 'bold' } as const;
  const lines = pen.lines(spacedCode(code), style, symbol);
  pen.write(bothLanguages(WORDS.code), right - symbol, SYMBOL_TOP + symbol + 24, {
    size: 8,
    color: GREY,
  });
  for (const [index, line] of lines.entries()) {
    pen.write(line, right - symbol, SYMBOL_TOP + symbol + 38 + index * 12, style);
  }
  const below = SYMBOL_TOP + symbol + 46 + lines.length * 12;
  pen.write(bothLanguages(WORDS.shortId), right - symbol, below, { size: 8, color: GREY });
  pen.write(shortId, right - symbol, below + 16, { size: 14, weight: 'bold' });
}

function drawFold(pen: Pen): void {
  pen.doc.save().dash(2, { space: 3 }).lineWidth(0.5);
  pen.doc.moveTo(0, FOLD).lineTo(PAGE_SIZES.A4.width, FOLD).stroke(GREY);
  pen.doc.restore();
}

function drawInstructions(pen: Pen): void {
  const gutter = 28;
  const column = (WIDTH - gutter) / 2;
  const style = { size: 10 } as const;
  let y = FOLD + 60;
  for (const [index, instruction] of INSTRUCTIONS.entries()) {
    const zh = pen.lines(instruction['zh-CN'], style, column - 18);
    const en = pen.lines(instruction.en, style, column);
    pen.write(`${index + 1}`, MARGIN, y, { ...style, weight: 'bold', color: BRASS });
    for (const [n, line] of zh.entries()) pen.write(line, MARGIN + 18, y + n * 16, style);
    for (const [n, line] of en.entries()) {
      pen.write(line, MARGIN + column + gutter, y + n * 16, { ...style, color: GREY });
    }
    y += Math.max(zh.length, en.length) * 16 + 10;
  }
}

/** Pale, so that the lower half is not a sheet that something failed to print. */
function drawGround(pen: Pen): void {
  drawMark(pen, 222, 604, 150, '#EFECE5', '#F3E8D2');
}

function drawFoot(pen: Pen, { event, ref, orderRef }: TicketFace, printedAt: number): void {
  const y = PAGE_SIZES.A4.height - 44;
  pen.rule(MARGIN, y - 16, WIDTH);
  const printed = `${isoDate(printedAt, event.timeZone)} ${clockTime(printedAt, event.timeZone)}`;
  const style = { size: 7.5, color: GREY } as const;
  const order = orderRef === null ? '' : ` · ${bothLanguages(WORDS.order)} ${orderRef}`;
  pen.write(`${bothLanguages(WORDS.ticket)} ${ref}${order}`, MARGIN, y, style);
  pen.write(printed, MARGIN + WIDTH, y, {
    ...style,
    align: 'right',
  });
}
