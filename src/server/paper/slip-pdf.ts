import { charactersOf, fontsFor } from './fonts.ts';
import { packPdf } from './pack-pdf.ts';
import { BLACK, edgeWithQuietZone, finish, newDocument, Pen, POINTS_PER_MM, WHITE } from './pen.ts';
import { bothLanguages } from './seat-line.ts';
import { SLIP_MM, type SlipLine, type SlipOptions, type SlipSize, slipLines } from './slip.ts';
import type { Paper, TicketFace } from './ticket-face.ts';

/** A slip as a PDF of one page, as long as it needs to be and black only, for thermal paper. */
export async function slipPdf(ticket: TicketFace, options: SlipOptions): Promise<Paper> {
  const lines = slipLines(ticket, options);
  const fonts = await fontsFor(charactersOf(lines));
  const title = `${bothLanguages(ticket.event.name)} ${ticket.ref}`;
  const pen = new Pen(newDocument({ title, printedAt: options.printedAt }), fonts);
  const blocks = lines.map((line) => blockOf(pen, line));
  const height = blocks.reduce((sum, block) => sum + block.height, 0) + 2 * MARGIN;
  pen.page([PAPER, height]);
  let y = MARGIN;
  for (const block of blocks) {
    block.draw(y);
    y += block.height;
  }
  return { bytes: packPdf(await finish(pen.doc)), missing: [...fonts.missing] };
}

const PAPER = SLIP_MM.paper * POINTS_PER_MM;
const WIDTH = SLIP_MM.printable * POINTS_PER_MM;
const MARGIN = (PAPER - WIDTH) / 2;
const LABEL_WIDTH = 84;
const SIZES: Readonly<Record<SlipSize, number>> = { small: 8.5, normal: 11, large: 17 };
const FACT = { size: 11, weight: 'bold', color: BLACK } as const;

type Block = { readonly height: number; readonly draw: (y: number) => void };

function blockOf(pen: Pen, line: SlipLine): Block {
  switch (line.kind) {
    case 'text':
      return textBlock(pen, line);
    case 'fact':
      return factBlock(pen, line);
    case 'banner':
      return bannerBlock(pen, line.text);
    case 'symbol':
      return symbolBlock(pen, line.code);
    case 'rule':
      return { height: 12, draw: (y) => pen.rule(MARGIN, y + 6, WIDTH, BLACK, 0.75) };
  }
}

function textBlock(pen: Pen, line: SlipLine & { kind: 'text' }): Block {
  const size = SIZES[line.size];
  const style = { size, weight: line.size === 'small' ? 'regular' : 'bold', color: BLACK } as const;
  const rows = pen.lines(line.text, style, WIDTH);
  const [x, align] = line.isCentred
    ? ([PAPER / 2, 'center'] as const)
    : ([MARGIN, 'left'] as const);
  return {
    height: rows.length * size * 1.35,
    draw: (y) => {
      for (const [n, row] of rows.entries())
        pen.write(row, x, y + size * (1.05 + n * 1.35), { ...style, align });
    },
  };
}

function factBlock(pen: Pen, { label, value }: SlipLine & { kind: 'fact' }): Block {
  const rows = pen.lines(value, FACT, WIDTH - LABEL_WIDTH);
  return {
    height: rows.length * 15,
    draw: (y) => {
      pen.write(label, MARGIN, y + 11.5, { size: 9, color: BLACK });
      for (const [n, row] of rows.entries())
        pen.write(row, MARGIN + LABEL_WIDTH, y + 11.5 + n * 15, FACT);
    },
  };
}

/** White on black, across the roll. */
function bannerBlock(pen: Pen, text: string): Block {
  return {
    height: 36,
    draw: (y) => {
      pen.doc.rect(MARGIN, y + 6, WIDTH, 24);
      pen.fill(BLACK);
      pen.write(text, PAPER / 2, y + 23, {
        size: 15,
        weight: 'bold',
        color: WHITE,
        align: 'center',
      });
    },
  };
}

function symbolBlock(pen: Pen, code: string): Block {
  const edge = edgeWithQuietZone(code, SLIP_MM.symbol * POINTS_PER_MM);
  return { height: edge, draw: (y) => pen.symbol(code, (PAPER - edge) / 2, y, edge) };
}
