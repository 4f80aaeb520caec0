import PDFDocument from 'pdfkit';
import { type FontSet, faceFor, GETA, settable, WEIGHTS, type Weight } from './fonts.ts';
import { darkBlocks, QUIET_ZONE_MODULES, symbolMatrix } from './symbol.ts';
import { type Run, rgb, short, showOperators } from './text-run.ts';

/** Writes and draws on the pages of a PDF. Lengths are PDF points, from the top left corner. */

export const POINTS_PER_MM = 72 / 25.4;
export const INK = '#14161A';
export const BRASS = '#A8791F';
export const GREY = '#6B6862';
const HAIRLINE = '#CFCAC0';
export const WHITE = '#FFFFFF';
export const BLACK = '#000000';

const A4 = { width: 595.28, height: 841.89 } as const;
const A3 = { width: A4.height, height: 1190.55 } as const;
export const PAGE_SIZES = { A4, A3 } as const;

export type Style = { readonly size: number; readonly weight?: Weight; readonly color?: string };
export type Placing = Style & {
  readonly align?: 'left' | 'center' | 'right';
};

export type DocumentInfo = { readonly title: string; readonly printedAt: number };

/** No author, no clock, no randomness: the same input gives the same bytes. */
export function newDocument({ title, printedAt }: DocumentInfo): PDFKit.PDFDocument {
  return new PDFDocument({
    autoFirstPage: false,
    font: '',
    lang: 'zh-CN',
    displayTitle: true,
    info: {
      Title: settable(title),
      Creator: 'Kaimen',
      Producer: 'Kaimen',
      CreationDate: new Date(printedAt),
    },
  });
}

export class Pen {
  readonly doc: PDFKit.PDFDocument;
  readonly #fonts: FontSet;
  /** What the page is painting with, so that it is only said when it changes. */
  #color = '';

  constructor(doc: PDFKit.PDFDocument, fonts: FontSet) {
    this.doc = doc;
    this.#fonts = fonts;
    for (const weight of WEIGHTS) {
      for (const { name, sfnt } of fonts.faces[weight]) {
        if (sfnt !== null) doc.registerFont(name, sfnt);
      }
    }
  }

  /** A new page without margins. */
  page(
    size: 'A3' | 'A4' | [width: number, height: number],
    layout: 'portrait' | 'landscape' = 'portrait',
  ) {
    this.doc.addPage({ size, layout, margin: 0 });
    this.#color = '';
  }

  /** Fills what has been outlined on the document. */
  fill(color: string): void {
    this.#dip(color);
    this.doc.addContent('f');
  }

  /** Draws along what has been outlined on the document. */
  outline(color: string, thickness: number): void {
    this.doc.addContent(`${thickness} w ${rgb(color)} RG S`);
  }

  #dip(color: string): void {
    if (color === this.#color) return;
    this.doc.addContent(`${rgb(color)} rg`);
    this.#color = color;
  }

  width(text: string, { size, weight = 'regular' }: Style): number {
    let width = 0;
    for (const run of this.#runs(text, weight)) {
      width += this.doc.font(run.face.name).fontSize(size).widthOfString(run.text);
    }
    return width;
  }

  /** One line. @param baseline - where the characters stand */
  write(text: string, x: number, baseline: number, placing: Placing): void {
    if (text === '') return;
    const { size, weight = 'regular', color = INK, align = 'left' } = placing;
    const span = align === 'left' ? 0 : this.width(text, placing);
    const left = align === 'center' ? x - span / 2 : x - span;
    this.#dip(color);
    const operators = this.#runs(text, weight).map((run) => {
      const shown = showOperators(this.doc, run, size);
      if (run.face.outlineEm === 0) return shown;
      return `${short(run.face.outlineEm * size)} w ${rgb(color)} RG 2 Tr ${shown} 0 Tr`;
    });
    const place = `1 0 0 -1 ${short(left)} ${short(baseline)} Tm`;
    this.doc.addContent(`BT ${place} ${operators.join(' ')} ET`);
  }

  /** The largest size, from the given one downwards, at which the text takes no more than a width. */
  sizeWithin(text: string, style: Style, widthMax: number): number {
    const width = this.width(text, style);
    return width <= widthMax ? style.size : Math.floor((style.size * widthMax * 10) / width) / 10;
  }

  /** The text, or as much of its beginning as leaves room for an ellipsis. */
  shortened(text: string, style: Style, widthMax: number): string {
    if (this.width(text, style) <= widthMax) return text;
    const characters = [...settable(text)];
    while (characters.length > 0 && this.width(`${characters.join('')}…`, style) > widthMax)
      characters.pop();
    return `${characters.join('')}…`;
  }

  /** Breaks between words and between Chinese characters; closing marks stay with what they close. */
  lines(text: string, style: Style, widthMax: number): string[] {
    const lines: string[] = [];
    let line = '';
    for (const piece of this.#pieces(text, style, widthMax)) {
      if (line !== '' && this.width((line + piece).trimEnd(), style) > widthMax) {
        lines.push(line.trimEnd());
        line = piece.trimStart();
      } else {
        line += piece;
      }
    }
    return [...lines, line.trimEnd()];
  }

  /** A piece wider than a line, a web address for one, breaks anywhere. */
  #pieces(text: string, style: Style, widthMax: number): string[] {
    const pieces = unbreakable(settable(text));
    return pieces.flatMap((piece) => (this.width(piece, style) > widthMax ? [...piece] : [piece]));
  }

  rule(x: number, y: number, width: number, color = HAIRLINE, thickness = 0.5): void {
    this.doc.rect(x, y - thickness / 2, width, thickness);
    this.fill(color);
  }

  /** @param centres - of dots of one size */
  dots(centres: readonly (readonly [x: number, y: number])[], radius: number, color: string): void {
    const lines = centres.map(([x, y]) => `${short(x)} ${short(y)} m ${short(x)} ${short(y)} l`);
    this.doc.addContent(`1 J ${short(2 * radius)} w ${rgb(color)} RG ${lines.join(' ')} S`);
  }

  /** @param edge - of the symbol with its quiet zone, all of which is painted white */
  symbol(code: string, x: number, y: number, edge: number): void {
    const matrix = symbolMatrix(code);
    this.doc.rect(x, y, edge, edge);
    this.fill(WHITE);
    this.#dip(BLACK);
    this.doc.save();
    this.doc.translate(x, y).scale(edge / matrix.length);
    for (const block of darkBlocks(matrix)) {
      this.doc.rect(block.x, block.y, block.width, block.height);
    }
    this.doc.addContent('f').restore();
  }

  #runs(text: string, weight: Weight): Run[] {
    const runs: Run[] = [];
    for (const asked of settable(text)) {
      const character = this.#fonts.missing.has(asked) ? GETA : asked;
      const last = runs.at(-1);
      const face = faceFor(this.#fonts.faces[weight], character, last?.face ?? null);
      if (last?.face === face) last.text += character;
      else runs.push({ face, text: character });
    }
    return runs;
  }
}

/** How wide a symbol's quiet zone makes it, for a symbol of a given edge. */
export function edgeWithQuietZone(code: string, symbolEdge: number): number {
  const modules = symbolMatrix(code).length;
  return (symbolEdge * modules) / (modules - 2 * QUIET_ZONE_MODULES);
}

const segmenter = new Intl.Segmenter('zh-CN', { granularity: 'word' });
const CLOSING = /^[\p{Pe}\p{Pf}，。、；：？！,.;:?!%…·\s]/u;
const OPENING = /[\p{Ps}\p{Pi}¥#]$/u;

function unbreakable(text: string): string[] {
  const pieces: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = pieces.at(-1);
    const isGlued =
      last !== undefined &&
      (CLOSING.test(segment) || OPENING.test(last) || isInWord(last, segment));
    if (isGlued) pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  return pieces;
}

/** `print-at-home` and `N103/12` are one word to a reader, three and more to the segmenter. */
function isInWord(before: string, after: string): boolean {
  return /[\x21-\x7e]$/.test(before) && /^[\x21-\x7e]/.test(after);
}

/** Everything written so far and the end of the document. */
export function finish(doc: PDFKit.PDFDocument): Promise<Buffer<ArrayBuffer>> {
  doc.end();
  return gather(doc as AsyncIterable<Uint8Array>);
}

export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
