// The code on a ticket: 16 bytes as 26 letters of base32, which a QR code of version 2 holds at
// level Q. Normative: docs/protocol/credentials.md.
//
//   format 4 bits · issue 7 · event 13 · serial 24 · tag 80 = HMAC-SHA-256(key, label ‖ header)
//
// The tag makes codes unguessable; whether a code is current is for the ticket list to say.
import { decodeBase32, encodeBase32 } from './base32.ts';

/** Marks this layout; the first letter of every code is therefore K or L. */
const FORMAT = 5;
export const TICKET_CODE_LENGTH = 26;
export const ISSUE_MAX = 0x7f;
export const EVENT_NUMBER_MAX = 0x1fff;
export const SERIAL_MAX = 0xff_ffff;
const HEADER_BYTES = 6;
const TAG_BYTES = 10;
const LABEL = asciiBytes('kaimen ticket 1');

export type CodeFields = {
  /** 0–127: raised by each re-issue, so that an older code can be told from a forged one. */
  readonly issue: number;
  /** 1–8191: the event's number at the hub that minted the code. */
  readonly event: number;
  /** 1–16,777,215: the ticket's number within its event. */
  readonly serial: number;
};

/** Well formed, nothing verified: call {@link isGenuine} before trusting a field. */
export type TicketCode = CodeFields & { readonly tag: Uint8Array };

/** HMAC-SHA-256 (RFC 2104), supplied by the platform. */
export type HmacSha256 = (key: Uint8Array, message: Uint8Array) => Uint8Array;

export function mintTicketCode(fields: CodeFields, key: Uint8Array, hmac: HmacSha256): string {
  const bytes = new Uint8Array(HEADER_BYTES + TAG_BYTES);
  bytes.set(headerOf(fields));
  bytes.set(tagOf(fields, key, hmac), HEADER_BYTES);
  return encodeBase32(bytes);
}

/** @returns null when the text is not of this format; spelling is canonical, so upper-case it first */
export function parseTicketCode(text: string): TicketCode | null {
  if (text.length !== TICKET_CODE_LENGTH) return null;
  const bytes = decodeBase32(text);
  if (bytes === null) return null;
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = bytes;
  if (b0 >>> 4 !== FORMAT) return null;
  const event = ((b1 & 0x1f) << 8) | b2;
  const serial = (b3 << 16) | (b4 << 8) | b5;
  if (event === 0 || serial === 0) return null;
  return { issue: ((b0 & 0x0f) << 3) | (b1 >>> 5), event, serial, tag: bytes.slice(HEADER_BYTES) };
}

/** Whether the holder of `key` minted this code. Says nothing about block, re-issue or use. */
export function isGenuine(code: TicketCode, key: Uint8Array, hmac: HmacSha256): boolean {
  const expected = tagOf(code, key, hmac);
  let difference = 0;
  for (let index = 0; index < TAG_BYTES; index++) {
    difference |= (expected[index] ?? 0) ^ (code.tag[index] ?? 0);
  }
  return difference === 0;
}

/** The six bytes before the tag; throws on a field out of range, which is a bug of the caller. */
export function headerOf({ issue, event, serial }: CodeFields): Uint8Array {
  requireWithin('issue', issue, 0, ISSUE_MAX);
  requireWithin('event', event, 1, EVENT_NUMBER_MAX);
  requireWithin('serial', serial, 1, SERIAL_MAX);
  return Uint8Array.of(
    (FORMAT << 4) | (issue >>> 3),
    ((issue & 7) << 5) | (event >>> 8),
    event & 0xff,
    serial >>> 16,
    (serial >>> 8) & 0xff,
    serial & 0xff,
  );
}

export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function tagOf(fields: CodeFields, key: Uint8Array, hmac: HmacSha256): Uint8Array {
  const message = new Uint8Array(LABEL.length + HEADER_BYTES);
  message.set(LABEL);
  message.set(headerOf(fields), LABEL.length);
  return hmac(key, message).subarray(0, TAG_BYTES);
}

function requireWithin(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
  }
}
