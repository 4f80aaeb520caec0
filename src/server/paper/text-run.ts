import type { Face } from './fonts.ts';

/** Characters that follow one another in one face. */
export type Run = { readonly face: Face; text: string };

type Glyph = { readonly xAdvance: number; readonly advanceWidth: number };
type Font = {
  readonly id: string;
  ref(): unknown;
  encode(text: string): [string[], Glyph[]];
};
/** What pdfkit keeps to itself and its pinned version has. */
type Inside = { readonly _font: Font; readonly page: { readonly fonts: Record<string, unknown> } };

/**
 * Sets the current font in the page's own operators. pdfkit's `text` opens a new text object, with
 * its own matrix and colour, for every change of face; a Chinese line changes face at each number,
 * and the page would be twice as long.
 *
 * @see ISO 32000-1, 9.4.3
 */
export function showOperators(doc: PDFKit.PDFDocument, { face, text }: Run, size: number): string {
  const { _font: font, page } = doc.font(face.name) as unknown as Inside;
  page.fonts[font.id] ??= font.ref();
  const [codes, glyphs] = font.encode(text);
  let shown = '';
  for (const [index, code] of codes.entries()) {
    const glyph = glyphs[index];
    const kern = glyph === undefined ? 0 : Math.round(glyph.advanceWidth - glyph.xAdvance);
    shown += kern === 0 ? code : `${code}>${kern}<`;
  }
  const isPlain = !shown.includes('>');
  const set = `/${font.id} ${size} Tf`;
  return isPlain ? `${set} <${shown}> Tj` : `${set} [<${shown}>] TJ`;
}

/** `#A8791F` as the three numbers of a colour operator. */
export function rgb(color: string): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  return parts.map(short).join(' ');
}

/** As many digits as a printer can use. */
export function short(value: number): string {
  return `${Math.round(value * 1000) / 1000}`;
}
