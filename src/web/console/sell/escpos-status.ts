// What a receipt printer says of itself. `DLE EOT n` is answered at once, also while it prints and while it cannot;
// `GS r 1` only when everything before it has been printed. Bits as in the Epson ESC/POS reference.
import type { PrintTrouble } from '#protocol/box-office.ts';

const DLE = 0x10;
const EOT = 0x04;
/** Causes first: what tells more is asked before what tells less. */
export const STATUS_KINDS = [2, 3, 4, 1] as const;
export type StatusKind = (typeof STATUS_KINDS)[number];

export function askStatus(kind: StatusKind): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(DLE, EOT, kind);
}

/** After a job: answered once all of it is on paper. */
export const ASK_WHEN_DONE = Uint8Array.of(0x1d, 0x72, 0x01);

/** Bits 0, 1, 4 and 7 are fixed, so that its answers are told from all others. */
export function isStatusByte(byte: number): boolean {
  return (byte & 0b1001_0011) === 0b0001_0010;
}

/** Of `GS r 1`: bits 0, 1, 4 and 7 are nought. */
export function isDoneByte(byte: number): boolean {
  return (byte & 0b1001_0011) === 0;
}

const COVER_OPEN = 0x04;
const PAPER_END_STOP = 0x20;
const ERROR = 0x40;
/** Of kind 3: mechanical, and that of the cutter. A jam is either. */
const JAMMED = 0x04 | 0x08;
const NOT_RECOVERABLE = 0x20;
const PAPER_END = 0x60;
const OFFLINE = 0x08;

/** @returns null: nothing is wrong by this answer */
export function troubleIn(kind: StatusKind, byte: number): PrintTrouble | null {
  switch (kind) {
    case 2:
      if ((byte & COVER_OPEN) !== 0) return 'cover-open';
      return (byte & PAPER_END_STOP) === 0 ? null : 'paper-out';
    case 3:
      if ((byte & JAMMED) !== 0) return 'jam';
      return (byte & NOT_RECOVERABLE) === 0 ? null : 'unknown';
    case 4:
      return (byte & PAPER_END) === 0 ? null : 'paper-out';
    case 1:
      return (byte & OFFLINE) === 0 ? null : 'offline';
    default:
      return kind satisfies never;
  }
}

/** Kind 2 may say that there is an error without saying which. */
export function hasUnnamedError(kind: StatusKind, byte: number): boolean {
  return kind === 2 && (byte & ERROR) !== 0;
}
