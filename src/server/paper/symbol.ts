import { type ErrorCorrection, encodeQR } from 'qr';
import { assert } from '#domain/kernel/assert.ts';
import { pngOf } from './png.ts';

/**
 * The QR symbol of a ticket code, as SVG or PNG. A symbol always brings its own white ground and a
 * quiet zone of four modules (ISO/IEC 18004), whatever it is placed on.
 */

/** Modules of white around the symbol. Fewer is the commonest reason why a reader sees nothing. */
export const QUIET_ZONE_MODULES = 4;
/** A code that needs more than this is no ticket code; our own have 26 characters. */
const CODE_LENGTH_MAX = 512;

/** Rows of modules, quiet zone included; `true` is dark. */
export type SymbolMatrix = readonly (readonly boolean[])[];

type Encoding = 'alphanumeric' | 'byte';
type Fit = { readonly version: number; readonly ecc: ErrorCorrection };

const ALPHANUMERIC = /^[0-9A-Z $%*+\-./:]+$/;
const ECC_HIGHEST_FIRST: readonly ErrorCorrection[] = ['high', 'quartile', 'medium'];
const fits = new Map<string, Fit>();

/** A code is drawn as it stands: neither trimmed nor upper-cased. */
export function symbolMatrix(code: string): SymbolMatrix {
  assert(code.length > 0 && code.length <= CODE_LENGTH_MAX, `a code of ${code.length} characters`);
  const encoding = symbolEncoding(code);
  return encodeQR(code, 'raw', {
    encoding,
    border: QUIET_ZONE_MODULES,
    ...symbolFit(code, encoding),
  });
}

export function symbolEncoding(code: string): Encoding {
  return ALPHANUMERIC.test(code) ? 'alphanumeric' : 'byte';
}

/**
 * The version that error correction M needs, then the most correction that the same version holds:
 * larger modules read better than more correction, and correction that costs no module is free.
 * It depends on nothing but the encoding and the length, so it is sought once for each.
 */
export function symbolFit(code: string, encoding: Encoding): Fit {
  const length = encoding === 'byte' ? Buffer.byteLength(code) : code.length;
  const key = `${encoding} ${length}`;
  const known = fits.get(key);
  if (known !== undefined) return known;
  const version = versionOf(
    encodeQR(code, 'raw', { encoding, ecc: 'medium', border: 1 }).length - 2,
  );
  const ecc = ECC_HIGHEST_FIRST.find((level) => isHeld(code, encoding, version, level));
  assert(ecc !== undefined, `version ${version} no longer holds ${key}`);
  const fit = { version, ecc };
  fits.set(key, fit);
  return fit;
}

function versionOf(size: number): number {
  return (size - 17) / 4;
}

function isHeld(code: string, encoding: Encoding, version: number, ecc: ErrorCorrection): boolean {
  try {
    encodeQR(code, 'raw', { encoding, version, ecc, border: 1 });
    return true;
  } catch (error) {
    if (error instanceof Error && error.message === 'Capacity overflow') return false;
    throw error;
  }
}

/** A block of dark modules, in modules from the top left corner of the quiet zone. */
export type Block = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  height: number;
};

/** Every dark module once, in few blocks: runs of one row, grown downwards while rows repeat them. */
export function darkBlocks(matrix: SymbolMatrix): Block[] {
  const blocks: Block[] = [];
  let above = new Map<number, Block>();
  matrix.forEach((row, y) => {
    const open = new Map<number, Block>();
    let start = -1;
    for (let x = 0; x <= row.length; x += 1) {
      if (row[x] === true) {
        if (start < 0) start = x;
      } else if (start >= 0) {
        const width = x - start;
        const grown = above.get(start);
        const block = grown?.width === width ? grown : { x: start, y, width, height: 0 };
        if (block.height === 0) blocks.push(block);
        block.height += 1;
        open.set(start, block);
        start = -1;
      }
    }
    above = open;
  });
  return blocks;
}

/** One path for the whole symbol, so that no renderer can leave hairlines between its rectangles. */
function symbolPath(matrix: SymbolMatrix): string {
  let path = '';
  for (const { x, y, width, height } of darkBlocks(matrix)) {
    path += `M${x} ${y}h${width}v${height}h-${width}z`;
  }
  return path;
}

export type SvgOptions = {
  /** Edge of the drawing, quiet zone included; without it the drawing fills what holds it. */
  readonly sizeMm?: number;
  /** What a screen reader says. */
  readonly label?: string;
};

export function symbolSvg(code: string, options: SvgOptions = {}): string {
  const matrix = symbolMatrix(code);
  const size = matrix.length;
  const extent =
    options.sizeMm === undefined ? '' : ` width="${options.sizeMm}mm" height="${options.sizeMm}mm"`;
  const label =
    options.label === undefined ? '' : ` role="img" aria-label="${escapeXml(options.label)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}"${extent}${label} shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${symbolPath(matrix)}"/></svg>`;
}

export type SheetItem = { readonly ref: string; readonly code: string };
export type SheetOptions = { readonly columns?: number; readonly symbolMm?: number };

const SHEET_LABEL_MM = 5;
const SHEET_GAP_MM = 4;

/** One drawing with every code under the other, each labelled with its ticket ref. */
export function symbolSheetSvg(items: readonly SheetItem[], options: SheetOptions = {}): string {
  return [...symbolSheetParts(items, options)].join('');
}

/** The same in parts of a few hundred codes, for sheets of a whole ground. */
export function* symbolSheetParts(
  items: readonly SheetItem[],
  options: SheetOptions = {},
): Generator<string> {
  const { columns = 6, symbolMm = 28 } = options;
  const stepX = symbolMm + SHEET_GAP_MM;
  const stepY = stepX + SHEET_LABEL_MM;
  const width = columns * stepX + SHEET_GAP_MM;
  const height = Math.ceil(items.length / columns) * stepY + SHEET_GAP_MM;
  yield `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}mm" height="${height}mm">` +
    `<path fill="#fff" d="M0 0h${width}v${height}H0z"/>` +
    '<g font-family="ui-monospace,Menlo,Consolas,monospace" font-size="3" text-anchor="middle">';
  let part = '';
  for (const [index, { ref, code }] of items.entries()) {
    const matrix = symbolMatrix(code);
    const x = SHEET_GAP_MM + (index % columns) * stepX;
    const y = SHEET_GAP_MM + Math.floor(index / columns) * stepY;
    const scale = round(symbolMm / matrix.length);
    const squeeze =
      ref.length > 14 ? ` textLength="${symbolMm}" lengthAdjust="spacingAndGlyphs"` : '';
    part +=
      `<path transform="translate(${x} ${y}) scale(${scale})" d="${symbolPath(matrix)}"/>` +
      `<text x="${x + symbolMm / 2}" y="${y + symbolMm + 2.5}"${squeeze}>${escapeXml(ref)}</text>`;
    if (part.length < SHEET_PART_LENGTH) continue;
    yield part;
    part = '';
  }
  yield `${part}</g></svg>`;
}

const SHEET_PART_LENGTH = 256 * 1024;

const XML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => XML_ESCAPES[character] ?? character);
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}

export type PngOptions = { readonly modulePx: number };

/** Black and white, one bit a pixel (W3C PNG, colour type 0, bit depth 1). */
export function symbolPng(code: string, { modulePx }: PngOptions): Buffer<ArrayBuffer> {
  assert(Number.isInteger(modulePx) && modulePx >= 1 && modulePx <= 64, `modulePx ${modulePx}`);
  const matrix = symbolMatrix(code);
  const sizePx = matrix.length * modulePx;
  return pngOf(
    { width: sizePx, height: sizePx, bitDepth: 1, colorType: 0 },
    pngRows(matrix, modulePx),
  );
}

/** Each row opens with its filter type, 0; a set bit is white. */
function pngRows(matrix: SymbolMatrix, modulePx: number): Buffer {
  const stride = 1 + Math.ceil((matrix.length * modulePx) / 8);
  const rows = Buffer.alloc(stride * matrix.length * modulePx, 0xff);
  matrix.forEach((modules, y) => {
    const top = y * modulePx * stride;
    rows[top] = 0;
    for (let pixel = 0; pixel < modules.length * modulePx; pixel += 1) {
      if (modules[Math.floor(pixel / modulePx)] !== true) continue;
      const at = top + 1 + (pixel >> 3);
      rows[at] = (rows[at] ?? 0) & ~(0x80 >> (pixel & 7));
    }
    for (let copy = 1; copy < modulePx; copy += 1) {
      rows.copy(rows, top + copy * stride, top, top + stride);
    }
  });
  return rows;
}
