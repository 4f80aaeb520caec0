import { charactersOf, fontsFor } from './fonts.ts';
import { clockTime, isoDate } from './local-time.ts';
import { drawMark } from './mark.ts';
import { packPdf } from './pack-pdf.ts';
import { finish, GREY, INK, newDocument, PAGE_SIZES, Pen } from './pen.ts';
import { bothLanguages } from './seat-line.ts';
import type { Localized, Paper } from './ticket-face.ts';
import { WORDS } from './words.ts';

/** A board that sends people from a closed gate to another, readable across a forecourt. */
export type Board = {
  readonly closed: Localized;
  readonly use: Localized;
  /** As seen by one who reads the board. */
  readonly arrow: 'left' | 'right' | 'none';
  readonly page: 'A3' | 'A4';
  readonly issuedAt: number;
  readonly timeZone: string;
};

/** Drawn on A3; A4 is the same at 71 %. */
const WIDTH = PAGE_SIZES.A3.height;
const HEIGHT = PAGE_SIZES.A3.width;
const MARGIN = 60;
const ARROW_WIDTH = 300;
const SPLIT = 292;

export async function boardPdf(board: Board): Promise<Paper> {
  const fonts = await fontsFor(charactersOf([board, WORDS, '：']));
  const text = boardText(board);
  const pen = new Pen(
    newDocument({ title: bothLanguages(text), printedAt: board.issuedAt }),
    fonts,
  );
  pen.page(board.page, 'landscape');
  if (board.page === 'A4') pen.doc.scale(PAGE_SIZES.A4.width / HEIGHT);
  drawClosed(pen, board);
  drawUse(pen, board);
  drawFoot(pen, board);
  return { bytes: packPdf(await finish(pen.doc)), missing: [...fonts.missing] };
}

/** What the board says, as announcements say it: 「北2入口关闭：请走北3入口」, `N2 closed: use N3`. */
export function boardText({ closed, use }: Pick<Board, 'closed' | 'use'>): Localized {
  return {
    'zh-CN': `${closed['zh-CN']}${WORDS.closed['zh-CN']}：${WORDS.use['zh-CN']}${use['zh-CN']}`,
    en: `${closed.en} ${WORDS.closed.en}: ${WORDS.use.en.toLowerCase()} ${use.en}`,
  };
}

/** The upper third, with the sign of a closed gate: a bar in an octagon. */
function drawClosed(pen: Pen, { closed }: Board): void {
  const edge = 150;
  drawOctagon(pen, MARGIN + edge / 2, 150, edge / 2);
  const left = MARGIN + edge + 44;
  const width = WIDTH - MARGIN - left;
  const zh = `${closed['zh-CN']}${WORDS.closed['zh-CN']}`;
  fitted(pen, zh, left, 152, { size: 104, weight: 'bold' }, width);
  fitted(pen, `${closed.en} ${WORDS.closed.en}`, left, 216, { size: 52, color: GREY }, width);
  pen.rule(MARGIN, SPLIT - 18, WIDTH - 2 * MARGIN, INK, 6);
}

function drawOctagon(pen: Pen, x: number, y: number, radius: number): void {
  const corners = Array.from({ length: 8 }, (_, corner) => {
    const angle = ((corner + 0.5) * Math.PI) / 4;
    return [x + radius * Math.cos(angle) * 1.08, y + radius * Math.sin(angle) * 1.08] as const;
  });
  for (const [index, [cornerX, cornerY]] of corners.entries()) {
    if (index === 0) pen.doc.moveTo(cornerX, cornerY);
    else pen.doc.lineTo(cornerX, cornerY);
  }
  pen.doc.closePath();
  pen.fill(INK);
  pen.doc.rect(x - radius * 0.6, y - radius * 0.15, radius * 1.2, radius * 0.3);
  pen.fill('#FFFFFF');
}

/** The lower two thirds; the arrow stands on the side to which it points. */
function drawUse(pen: Pen, { use, arrow }: Board): void {
  const beside = arrow === 'none' ? 0 : ARROW_WIDTH + 50;
  const width = WIDTH - 2 * MARGIN - beside;
  const left = arrow === 'left' ? MARGIN + beside : MARGIN;
  const zh = `${WORDS.use['zh-CN']}${use['zh-CN']}`;
  fitted(pen, zh, left, 530, { size: 220, weight: 'bold' }, width);
  fitted(pen, `${WORDS.use.en} ${use.en}`, left, 680, { size: 120, weight: 'bold' }, width);
  if (arrow === 'left') drawArrow(pen, MARGIN, -1);
  if (arrow === 'right') drawArrow(pen, WIDTH - MARGIN - ARROW_WIDTH, 1);
}

/** @param side - 1 points right, -1 left */
function drawArrow(pen: Pen, x: number, side: 1 | -1): void {
  const middle = (SPLIT + 720) / 2;
  const at = (fraction: number) => x + ARROW_WIDTH * (side === 1 ? fraction : 1 - fraction);
  pen.doc
    .moveTo(at(1), middle)
    .lineTo(at(0.5), middle - 165)
    .lineTo(at(0.5), middle - 62);
  pen.doc
    .lineTo(at(0), middle - 62)
    .lineTo(at(0), middle + 62)
    .lineTo(at(0.5), middle + 62);
  pen.doc.lineTo(at(0.5), middle + 165).closePath();
  pen.fill(INK);
}

function drawFoot(pen: Pen, { issuedAt, timeZone }: Board): void {
  drawMark(pen, MARGIN, HEIGHT - 76, 25);
  const issued = `${isoDate(issuedAt, timeZone)} ${clockTime(issuedAt, timeZone)}`;
  pen.write(`${bothLanguages(WORDS.issued)} ${issued}`, WIDTH - MARGIN, HEIGHT - 56, {
    size: 16,
    color: GREY,
    align: 'right',
  });
}

function fitted(
  pen: Pen,
  text: string,
  x: number,
  baseline: number,
  style: { readonly size: number; readonly weight?: 'bold'; readonly color?: string },
  widthMax: number,
): void {
  pen.write(text, x, baseline, { ...style, size: pen.sizeWithin(text, style, widthMax) });
}
