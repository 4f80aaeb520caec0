// Codes to practise with: 26 letters like a ticket's, of a format of their own, made without any key.
// A lane that is being practised at shows what each one teaches; everywhere else they are no tickets.
//
//   format 4 bits · lesson 4 · number 40 · tag 80 = SHA-256(label ‖ header)
import { decodeBase32, encodeBase32 } from './base32.ts';
import type { Sha256 } from './reading.ts';
import { asciiBytes } from './ticket-code.ts';

/** What each code teaches: the first is let in, and refused as used when it comes again. */
export const LESSONS = [
  'admitted',
  'provisional',
  'already-used',
  'already-inside',
  'wrong-gate',
  'wrong-event',
  'too-early',
  'held',
  'blocked',
  'revoked',
  'cancelled',
  'forged',
  'check-id',
  'check-age',
  'check-seat',
  'cannot-verify',
] as const;
export type Lesson = (typeof LESSONS)[number];

/** Marks this layout; the first letter of every practice code is therefore M or N. */
const FORMAT = 6;
const HEADER_BYTES = 6;
const TAG_BYTES = 10;
const LABEL = asciiBytes('kaimen practice 1');

/** @param number - tells codes of one lesson apart, 0 and up */
export function practiceCode(lesson: Lesson, number: number, sha256: Sha256): string {
  const bytes = new Uint8Array(HEADER_BYTES + TAG_BYTES);
  bytes[0] = (FORMAT << 4) | LESSONS.indexOf(lesson);
  new DataView(bytes.buffer).setUint32(2, number);
  bytes.set(tagOf(bytes.subarray(0, HEADER_BYTES), sha256), HEADER_BYTES);
  return encodeBase32(bytes);
}

/** What {@link lessonOf} hashes, for whoever can hash only ahead of time; null: no practice code. */
export function practiceMessage(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = PRACTICE_FORM.test(text) ? decodeBase32(text) : null;
  return bytes === null ? null : messageOf(bytes.subarray(0, HEADER_BYTES));
}

/** @returns null for whatever is no practice code */
export function lessonOf(text: string, sha256: Sha256): Lesson | null {
  const bytes = PRACTICE_FORM.test(text) ? decodeBase32(text) : null;
  if (bytes === null) return null;
  const tag = tagOf(bytes.subarray(0, HEADER_BYTES), sha256);
  const isWhole = tag.every((byte, index) => byte === bytes[HEADER_BYTES + index]);
  return isWhole ? (LESSONS[(bytes[0] ?? 0) & 15] ?? null) : null;
}

const PRACTICE_FORM = /^[MN][A-Z2-7]{25}$/;

function tagOf(header: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(messageOf(header)).subarray(0, TAG_BYTES);
}

function messageOf(header: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(LABEL.length + HEADER_BYTES);
  message.set(LABEL);
  message.set(header, LABEL.length);
  return message;
}
