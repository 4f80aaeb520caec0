// The short identifier of a ticket: eight letters that a steward types in when a code cannot be read. It
// says which ticket and which issue, in an order that only the holder of the event's key knows, so that
// one can neither be counted up from another nor be met by trying; and it admits nobody by itself.
//
//   issue 7 bits · serial 24 · zeros 4, permuted under the event's key · check letter 5
import { BASE32_ALPHABET } from './base32.ts';
import {
  asciiBytes,
  type CodeFields,
  type HmacSha256,
  ISSUE_MAX,
  SERIAL_MAX,
} from './ticket-code.ts';

export type ShortFields = Pick<CodeFields, 'issue' | 'serial'>;

const LETTERS = 8;
const LABEL = asciiBytes('kaimen short 1');
/** The two halves that are mixed into one another: 18 and 17 bits. */
const LEFT_BITS = 18;
const RIGHT_BITS = 17;
const ROUNDS = 8;
const ZEROS = 4;

export function mintShortId(fields: ShortFields, key: Uint8Array, hmac: HmacSha256): string {
  const { issue, serial } = fields;
  if (issue < 0 || issue > ISSUE_MAX || serial < 1 || serial > SERIAL_MAX) {
    throw new RangeError(`no ticket has issue ${issue} and serial ${serial}`);
  }
  // 35 bits in two numbers: issue and the serial's upper 11 bits, then its lower 13 and the zeros.
  let left = (issue << 11) | (serial >>> 13);
  let right = (serial & 0x1fff) << ZEROS;
  for (let round = 0; round < ROUNDS; round += 2) {
    left ^= mixed(right, round, LEFT_BITS, key, hmac);
    right ^= mixed(left, round + 1, RIGHT_BITS, key, hmac);
  }
  const values = [
    left >>> 13,
    (left >>> 8) & 31,
    (left >>> 3) & 31,
    ((left & 7) << 2) | (right >>> 15),
    (right >>> 10) & 31,
    (right >>> 5) & 31,
    right & 31,
  ];
  return [...values, checkOf(values)].map((value) => BASE32_ALPHABET[value]).join('');
}

/** @returns null when no ticket of this event could bear it; whether one does is for the list to say */
export function openShortId(text: string, key: Uint8Array, hmac: HmacSha256): ShortFields | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = valuesOf(text);
  let left = (a << 13) | (b << 8) | (c << 3) | (d >>> 2);
  let right = ((d & 3) << 15) | (e << 10) | (f << 5) | g;
  for (let round = ROUNDS - 2; round >= 0; round -= 2) {
    right ^= mixed(left, round + 1, RIGHT_BITS, key, hmac);
    left ^= mixed(right, round, LEFT_BITS, key, hmac);
  }
  const serial = ((left & 0x7ff) << 13) | (right >>> ZEROS);
  const isOurs = (right & ((1 << ZEROS) - 1)) === 0 && serial !== 0;
  return isOurs ? { issue: left >>> 11, serial } : null;
}

/**
 * Reads what somebody typed: in any case, with spaces and hyphens, and with the digits that look like
 * letters (0, 1, 8) for the letters.
 *
 * @returns the eight letters; null when the check letter says that one of them is wrong, or two are swapped
 */
export function readShortId(typed: string): string | null {
  if (typed.length > TYPED_MAX) return null;
  const text = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replace(/[018]/g, (digit) => LOOKS_LIKE[digit] ?? digit);
  if (!SHORT_ID.test(text)) return null;
  const values = valuesOf(text);
  return checkOf(values.slice(0, -1)) === values.at(-1) ? text : null;
}

/** As it is printed and shown: ABCD-EFGH. */
export function writtenShortId(text: string): string {
  return `${text.slice(0, LETTERS / 2)}-${text.slice(LETTERS / 2)}`;
}

const TYPED_MAX = 40;
const SHORT_ID = /^[A-Z2-7]{8}$/;
const LOOKS_LIKE: Readonly<Record<string, string>> = { 0: 'O', 1: 'I', 8: 'B' };

function valuesOf(text: string): number[] {
  return [...text].map((letter) => BASE32_ALPHABET.indexOf(letter));
}

function mixed(
  half: number,
  round: number,
  bits: number,
  key: Uint8Array,
  hmac: HmacSha256,
): number {
  const message = new Uint8Array(LABEL.length + 4);
  message.set(LABEL);
  message.set([round, half >>> 16, (half >>> 8) & 0xff, half & 0xff], LABEL.length);
  const [x = 0, y = 0, z = 0] = hmac(key, message);
  return ((x << 16) | (y << 8) | z) & ((1 << bits) - 1);
}

/**
 * The sum of the values, each times its own power of a generator of GF(32): any one wrong letter and any
 * two that are swapped give another sum.
 */
function checkOf(values: readonly number[]): number {
  // Horner's rule, so that the first letter bears the highest power and the last the first.
  return values.reduce((sum, value) => doubled(sum ^ value), 0);
}

/** Times the generator, modulo x⁵ + x² + 1. */
function doubled(value: number): number {
  return value & 16 ? ((value << 1) & 31) ^ 0b0_0101 : value << 1;
}
