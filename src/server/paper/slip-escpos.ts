import { columnsOf, encodeGb18030 } from './gb18030.ts';
import { SLIP_MM, type SlipLine, type SlipOptions, type SlipSize, slipLines } from './slip.ts';
import {
  QUIET_ZONE_MODULES,
  type SymbolMatrix,
  symbolEncoding,
  symbolFit,
  symbolMatrix,
} from './symbol.ts';
import type { Paper, TicketFace } from './ticket-face.ts';

/**
 * A slip in ESC/POS, the language of receipt printers, for 80 mm rolls at 203 dpi (576 dots, 48
 * columns). Letter after `ESC`, `FS` or `GS` names the command, as in the Epson reference.
 */
export type EscposOptions = SlipOptions & {
  /** `raster` for printers that have no QR command of their own. */
  readonly symbol?: 'native' | 'raster';
};

export function slipEscpos(ticket: TicketFace, options: EscposOptions): Paper {
  const roll = new Roll(options.symbol ?? 'native');
  for (const line of slipLines(ticket, options)) roll.print(line);
  return { bytes: roll.cut(), missing: [...roll.missing] };
}

const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;
const COLUMNS = 48;
const LABEL_COLUMNS = 16;
const DOTS = 576;
const DOTS_PER_MM = 8;
const MODULE_DOTS_MAX = 16;
/** Forget what the last job set, read two-byte characters, space lines by their height. */
const INIT = [ESC, 0x40, FS, 0x26, ESC, 0x32];
const SCALES: Readonly<Record<SlipSize, number>> = { small: 0x00, normal: 0x00, large: 0x11 };

type TextStyle = { readonly scale: number; readonly isBold: boolean; readonly isCentred: boolean };
const PLAIN: TextStyle = { scale: 0, isBold: false, isCentred: false };

class Roll {
  readonly missing = new Set<string>();
  readonly #parts: Buffer[] = [Buffer.from(INIT)];
  readonly #symbol: 'native' | 'raster';

  constructor(symbol: 'native' | 'raster') {
    this.#symbol = symbol;
  }

  print(line: SlipLine): void {
    if (line.kind === 'fact') this.#fact(line.label, line.value);
    else if (line.kind === 'symbol') this.#drawSymbol(line.code);
    else if (line.kind === 'rule') this.#text('-'.repeat(COLUMNS), PLAIN);
    else if (line.kind === 'banner') this.#banner(line.text);
    else {
      const scale = SCALES[line.size];
      this.#text(line.text, { scale, isBold: line.size !== 'small', isCentred: line.isCentred });
    }
  }

  /** Feeds past the blade, then cuts, leaving a hinge. */
  cut(): Buffer<ArrayBuffer> {
    this.#command(GS, 0x56, 0x42, 0x00);
    return Buffer.concat(this.#parts);
  }

  /** White on black. */
  #banner(text: string): void {
    this.#command(GS, 0x42, 1);
    this.#text(` ${text} `, { scale: SCALES.large, isBold: true, isCentred: true });
    this.#command(GS, 0x42, 0);
  }

  #text(text: string, style: TextStyle): void {
    this.#command(ESC, 0x61, style.isCentred ? 1 : 0);
    this.#command(ESC, 0x45, style.isBold ? 1 : 0);
    this.#command(GS, 0x21, style.scale);
    const columns = style.scale === 0 ? COLUMNS : COLUMNS / 2;
    for (const row of rowsOf(text, columns)) this.#row(row);
    this.#command(GS, 0x21, 0);
  }

  #fact(label: string, value: string): void {
    this.#command(ESC, 0x61, 0);
    const [first = '', ...rest] = rowsOf(value, COLUMNS - LABEL_COLUMNS);
    this.#command(ESC, 0x45, 0);
    this.#put(label + ' '.repeat(Math.max(1, LABEL_COLUMNS - columnsOf(label))));
    this.#command(ESC, 0x45, 1);
    for (const row of [first, ...rest.map((one) => ' '.repeat(LABEL_COLUMNS) + one)])
      this.#row(row);
  }

  #drawSymbol(code: string): void {
    this.#command(ESC, 0x61, 1);
    const isAscii = /^[\x20-\x7e]+$/.test(code);
    if (this.#symbol === 'native' && isAscii) this.#nativeSymbol(code);
    else this.#parts.push(rasterOf(symbolMatrix(code)));
    this.#row('');
  }

  /** Functions 165, 167, 169, 180 and 181 of `GS ( k`: model 2, module, correction, store, print. */
  #nativeSymbol(code: string): void {
    const { version, ecc } = symbolFit(code, symbolEncoding(code));
    const level = { low: 48, medium: 49, quartile: 50, high: 51 }[ecc];
    const data = Buffer.from(code, 'latin1');
    this.#symbolCommand([0x31, 0x41, 50, 0]);
    this.#symbolCommand([0x31, 0x43, moduleDots(17 + 4 * version)]);
    this.#symbolCommand([0x31, 0x45, level]);
    this.#symbolCommand([0x31, 0x50, 0x30, ...data]);
    this.#symbolCommand([0x31, 0x51, 0x30]);
  }

  #symbolCommand(body: readonly number[]): void {
    this.#command(GS, 0x28, 0x6b, body.length & 0xff, body.length >> 8, ...body);
  }

  #row(text: string): void {
    this.#put(text);
    this.#command(0x0a);
  }

  #put(text: string): void {
    const { bytes, missing } = encodeGb18030(text);
    for (const character of missing) this.missing.add(character);
    this.#parts.push(bytes);
  }

  #command(...bytes: number[]): void {
    this.#parts.push(Buffer.from(bytes));
  }
}

/** Module by module at least as large as the slip wants the symbol, and never wider than the roll. */
function moduleDots(modules: number): number {
  const wanted = Math.ceil((SLIP_MM.symbol * DOTS_PER_MM) / modules);
  const fitting = Math.floor(DOTS / (modules + 2 * QUIET_ZONE_MODULES));
  return Math.max(1, Math.min(wanted, fitting, MODULE_DOTS_MAX));
}

/** `GS v 0`: a picture of one bit a dot, quiet zone included. */
function rasterOf(matrix: SymbolMatrix): Buffer {
  const dots = moduleDots(matrix.length - 2 * QUIET_ZONE_MODULES);
  const edge = matrix.length * dots;
  const stride = Math.ceil(edge / 8);
  const head = [GS, 0x76, 0x30, 0, stride & 0xff, stride >> 8, edge & 0xff, edge >> 8];
  const picture = Buffer.alloc(stride * edge);
  for (let y = 0; y < edge; y += 1) {
    for (let x = 0; x < edge; x += 1) {
      if (matrix[Math.floor(y / dots)]?.[Math.floor(x / dots)] !== true) continue;
      const at = y * stride + (x >> 3);
      picture[at] = (picture[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return Buffer.concat([Buffer.from(head), picture]);
}

/** Breaks at spaces where it can, between characters where it must. */
function rowsOf(text: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/(?<=[\s、，·])|(?<=[\u2e80-\u9fff])(?=[\u2e80-\u9fff])/u)) {
    for (const piece of columnsOf(word) > columns ? word : [word]) {
      if (columnsOf((row + piece).trimEnd()) > columns) {
        rows.push(row.trimEnd());
        row = '';
      }
      row += piece;
    }
  }
  return [...rows, row.trimEnd()];
}
