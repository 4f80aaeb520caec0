// What a camera, wedge or card reader delivers, before anything is looked up.
import { isSignedCode, isUnfinishedSignedCode } from './signed-code.ts';
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

/** Whether a code of ours could go on from here: what types it key by key has not finished. */
export function isUnfinishedCode(typed: string): boolean {
  const text = normaliseCode(typed);
  return text !== null && (BEGINS_LIKE_OURS.test(text) || isUnfinishedSignedCode(text));
}

const BEGINS_LIKE_OURS = /^[KL][A-Z2-7]{0,24}$/;

/** @returns the one spelling under which codes are compared and hashed; null if it cannot be a code */
export function normaliseCode(scanned: string): string | null {
  if (scanned.length > READING_LENGTH_MAX) return null;
  if (PLAIN.test(scanned)) return scanned;
  // NFKC (UAX #15): a wedge behind a Chinese input method types full-width letters.
  const text = scanned.normalize('NFKC').toUpperCase().normalize('NFKC').trim();
  // Some letters grow in upper case (ß becomes SS): the limit is for what is compared and stored.
  if (text.length === 0 || text.length > READING_LENGTH_MAX) return null;
  return UNPRINTABLE.test(text) ? null : text;
}

/** What most scanners deliver, and nothing below would change. */
const PLAIN = /^[!-`{-~]+$/;

// Control, format and unassigned characters, lone surrogates: no printed code holds any.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** SHA-256 (FIPS 180-4), supplied by the platform. */
export type Sha256 = (message: Uint8Array) => Uint8Array;

/** 80 bits: what a lane holds instead of the code. Guessing a code that has it takes 2^80 tries. */
export const CODE_HASH_BYTES = 10;

/** The hash under which lists and stores know a code, salted by the event so that lists do not join. */
export function codeHash(eventId: string, text: string, sha256: Sha256): Uint8Array {
  return sha256(codeHashMessage(eventId, text)).slice(0, CODE_HASH_BYTES);
}

/** What is hashed, for platforms whose SHA-256 answers later. */
export function codeHashMessage(eventId: string, text: string): Uint8Array<ArrayBuffer> {
  return utf8(`kaimen code 1\n${eventId}\n${text}`);
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
function utf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 3);
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const point = text.codePointAt(index) ?? 0;
    if (point < 0x80) bytes[at++] = point;
    else {
      const trails = point < 0x800 ? 1 : point < 0x1_0000 ? 2 : 3;
      bytes[at++] = (LEADS[trails] ?? 0) | (point >> (6 * trails));
      for (let left = trails - 1; left >= 0; left--)
        bytes[at++] = 0x80 | ((point >> (6 * left)) & 63);
      // Two UTF-16 units make one such point.
      if (trails === 3) index += 1;
    }
  }
  return bytes.subarray(0, at);
}

const LEADS = [0, 0xc0, 0xe0, 0xf0];
