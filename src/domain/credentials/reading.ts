// What a camera, wedge or card reader delivers, before anything is looked up.
import { isSignedCode } from './signed-code.ts';
import { parseTicketCode, type TicketCode } from './ticket-code.ts';

/** Longer than any code we issue or import; what is longer is noise or an attack. */
export const READING_LENGTH_MAX = 256;

export type Reading =
  | { readonly kind: 'ticket-code'; readonly text: string; readonly code: TicketCode }
  | { readonly kind: 'signed-code'; readonly text: string }
  /** Perhaps a code of the system being replaced, a card or a document: only a look-up can tell. */
  | { readonly kind: 'foreign'; readonly text: string }
  /** Of the form of our codes, but none that we could have written. */
  | { readonly kind: 'counterfeit'; readonly text: string }
  | { readonly kind: 'unreadable' };

/** Folds width and case, trims, then says what the text could be; never throws, whatever was scanned. */
export function readCode(scanned: string): Reading {
  const text = normaliseCode(scanned);
  if (text === null) return { kind: 'unreadable' };
  const code = parseTicketCode(text);
  if (code !== null) return { kind: 'ticket-code', text, code };
  if (isSignedCode(text)) return { kind: 'signed-code', text };
  return { kind: LIKE_OURS.test(text) ? 'counterfeit' : 'foreign', text };
}

/** 26 letters of base32 that begin as ours do. QR codes correct their errors: this is no misreading. */
const LIKE_OURS = /^[KL][A-Z2-7]{25}$/;

/** @returns the one spelling under which codes are compared and hashed; null if it cannot be a code */
export function normaliseCode(scanned: string): string | null {
  if (scanned.length > READING_LENGTH_MAX) return null;
  // NFKC (UAX #15): a wedge behind a Chinese input method types full-width letters.
  const text = scanned.normalize('NFKC').toUpperCase().normalize('NFKC').trim();
  // Some letters grow in upper case (ß becomes SS): the limit is for what is compared and stored.
  if (text.length === 0 || text.length > READING_LENGTH_MAX) return null;
  return UNPRINTABLE.test(text) ? null : text;
}

// Control, format and unassigned characters, lone surrogates: no printed code holds any.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** SHA-256 (FIPS 180-4), supplied by the platform. */
export type Sha256 = (message: Uint8Array) => Uint8Array;

/** 80 bits: what a lane holds instead of the code. Guessing a code that has it takes 2^80 tries. */
export const CODE_HASH_BYTES = 10;

/** The hash under which lists and stores know a code, salted by the event so that lists do not join. */
export function codeHash(eventId: string, text: string, sha256: Sha256): Uint8Array {
  return sha256(utf8(`kaimen code 1\n${eventId}\n${text}`)).slice(0, CODE_HASH_BYTES);
}

/**
 * The outline of a foreign code: runs of digits and letters with their lengths, other signs as they
 * are: `4006381333931` → `9{13}`, `A-17` → `A{1}-9{2}`. A text of an outline that no imported code
 * has is not a ticket of anybody's: unreadable rather than unknown.
 */
export function outlineOf(text: string): string {
  return text
    .replace(/\p{Nd}+/gu, (run) => `9{${run.length}}`)
    .replace(/\p{L}+/gu, (run) => `A{${run.length}}`);
}

/** UTF-8 (RFC 3629); lone surrogates cannot occur, {@link normaliseCode} refuses them. */
function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), trail(point, 0));
    else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), trail(point, 6), trail(point, 0));
    else bytes.push(0xf0 | (point >> 18), trail(point, 12), trail(point, 6), trail(point, 0));
  }
  return Uint8Array.from(bytes);
}

function trail(point: number, shift: number): number {
  return 0x80 | ((point >> shift) & 0x3f);
}
