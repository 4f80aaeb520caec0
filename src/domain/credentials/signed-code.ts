// A code that a partner's lane can check with a public key and no ticket list: Ed25519 (RFC 8032)
// over ten bytes, 122 letters, a QR code of version 5 at level M. It proves who sold it, never
// that it is unused: only a claim does that.
import { decodeBase32, encodeBase32 } from './base32.ts';
import { asciiBytes, type CodeFields, headerOf, parseTicketCode } from './ticket-code.ts';

const PREFIX = 'KS1';
const FIELD_BYTES = 10;
const SIGNATURE_BYTES = 64;
const LABEL = asciiBytes('kaimen signed 1');
export const SIGNED_CODE_LENGTH =
  PREFIX.length + Math.ceil(((FIELD_BYTES + SIGNATURE_BYTES) * 8) / 5);

export type SignedFields = CodeFields & {
  /** Last minute of validity, in whole minutes since 1970-01-01T00:00Z (32 bits). */
  readonly untilMinute: number;
};

/** Ed25519 over `message`; both are supplied by the platform with their key already bound. */
export type Sign = (message: Uint8Array) => Uint8Array;
export type Verify = (message: Uint8Array, signature: Uint8Array) => boolean;

export function mintSignedCode(fields: SignedFields, sign: Sign): string {
  const body = new Uint8Array(FIELD_BYTES + SIGNATURE_BYTES);
  body.set(headerOf(fields));
  new DataView(body.buffer).setUint32(6, fields.untilMinute);
  body.set(sign(messageOf(body)), FIELD_BYTES);
  return PREFIX + encodeBase32(body);
}

/** @returns the fields, their signature verified; `null` if not of this format, `'forged'` if it fails */
export function openSignedCode(text: string, verify: Verify): SignedFields | 'forged' | null {
  const body = bodyOf(text);
  if (body === null) return null;
  if (!verify(messageOf(body), body.subarray(FIELD_BYTES))) return 'forged';
  return fieldsOf(body);
}

export function isSignedCode(text: string): boolean {
  return text.length === SIGNED_CODE_LENGTH && text.startsWith(PREFIX);
}

export function isUnfinishedSignedCode(text: string): boolean {
  const isBegun = text.startsWith(PREFIX) || PREFIX.startsWith(text);
  return isBegun && text !== '' && text.length < SIGNED_CODE_LENGTH;
}

/** The event a signed code names, unverified: only to find the key that verifies it. */
export function claimedEventOf(text: string): number | null {
  const body = bodyOf(text);
  return body === null ? null : (fieldsOf(body)?.event ?? null);
}

function bodyOf(text: string): Uint8Array | null {
  return isSignedCode(text) ? decodeBase32(text.slice(PREFIX.length)) : null;
}

function fieldsOf(body: Uint8Array): SignedFields | null {
  const asTicketCode = new Uint8Array(16);
  asTicketCode.set(body.subarray(0, 6));
  const header = parseTicketCode(encodeBase32(asTicketCode));
  if (header === null) return null;
  const untilMinute = new DataView(body.buffer, body.byteOffset).getUint32(6);
  return { issue: header.issue, event: header.event, serial: header.serial, untilMinute };
}

function messageOf(body: Uint8Array): Uint8Array {
  const message = new Uint8Array(LABEL.length + FIELD_BYTES);
  message.set(LABEL);
  message.set(body.subarray(0, FIELD_BYTES), LABEL.length);
  return message;
}
