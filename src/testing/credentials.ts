// The platform's cryptography and the golden vectors, for tests of whatever reads or writes codes.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Lesson } from '#domain/credentials/practice-code.ts';
import type { Sha256 } from '#domain/credentials/reading.ts';
import type { ShortFields } from '#domain/credentials/short-id.ts';
import type { Sign, SignedFields, Verify } from '#domain/credentials/signed-code.ts';
import type { CodeFields, HmacSha256 } from '#domain/credentials/ticket-code.ts';
import * as platform from '#server/platform/crypto.ts';

// Plain arrays instead of Buffers, so that what they give compares equal to what domain code makes.
export const hmacSha256: HmacSha256 = (key, message) =>
  new Uint8Array(platform.hmacSha256(key, message));

export const sha256: Sha256 = (message) => new Uint8Array(platform.sha256(message));

export function signWith(privateKeyHex: string): Sign {
  const key = privateKey(privateKeyHex);
  return (message) => new Uint8Array(sign(null, message, key));
}

export function verifyWith(publicKeyHex: string): Verify {
  const key = publicKey(publicKeyHex);
  return (message, signature) => verify(null, message, key, signature);
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export type ValidCredentials = {
  readonly ticketCodes: readonly (CodeFields & NamedText & { readonly key: string })[];
  readonly signedCodes: readonly (SignedFields &
    NamedText & { readonly privateKey: string; readonly publicKey: string })[];
  readonly readings: readonly (NamedText & { readonly scanned: string })[];
  readonly codeHashes: readonly { eventId: string; text: string; hash: string }[];
  readonly shortIds: readonly (ShortFields & NamedText & { readonly key: string })[];
  readonly practiceCodes: readonly { lesson: Lesson; number: number; text: string }[];
};

export type InvalidCredentials = {
  readonly ticketCodes: readonly (Refused & { readonly key: string })[];
  readonly signedCodes: readonly (Refused & { readonly publicKey: string })[];
  readonly readings: readonly { why: string; scanned: string }[];
};

export type RfcVectors = {
  readonly base32: Vectors<{ ascii: string; text: string }>;
  readonly hmacSha256: Vectors<{ section: string; key: string; message: string; digest: string }>;
  readonly ed25519: Vectors<
    Record<'name' | 'privateKey' | 'publicKey' | 'message' | 'signature', string>
  >;
};

type NamedText = { readonly name: string; readonly text: string };
type Refused = { why: string; text: string; outcome: 'not-this-format' | 'forged' };
type Vectors<T> = { readonly source: string; readonly vectors: readonly T[] };

export const validCredentials = load<ValidCredentials>('credentials-valid.json');
export const invalidCredentials = load<InvalidCredentials>('credentials-invalid.json');
export const rfcVectors = load<RfcVectors>('rfc-vectors.json');

function load<T>(file: string): T {
  const text = readFileSync(new URL(`../../fixtures/${file}`, import.meta.url), 'utf8');
  return JSON.parse(text) as T;
}

// A raw key of RFC 8032 inside the fixed headers of RFC 8410.
function privateKey(hex: string): KeyObject {
  const der = Buffer.from(`302e020100300506032b657004220420${hex}`, 'hex');
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function publicKey(hex: string): KeyObject {
  const der = Buffer.from(`302a300506032b6570032100${hex}`, 'hex');
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
