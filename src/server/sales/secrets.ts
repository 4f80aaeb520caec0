// Secrets of buyers. That of a cart is theirs, and kept as a hash. That of an order is derived from its id, so
// that its link can be sent again without being stored anywhere.
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { encodeBase32 } from '#domain/credentials/base32.ts';
import { CART_HEADER, CART_SECRET, ORDER_HEADER, ORDER_SECRET } from '#protocol/shop-addresses.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';
import { malformedField } from '#server/platform/http/problem.ts';
import { KEY_HEADER, readKeyHeader } from '#server/platform/idempotency/key-header.ts';

const SECRET_LENGTH = 26;
const HASH_LENGTH = 32;

/** @throws HttpProblem `malformed-request` */
export function cartOf(request: FastifyRequest): string {
  const secret = request.headers[CART_HEADER];
  if (typeof secret !== 'string' || !CART_SECRET.test(secret)) {
    throw malformedField(
      'Kaimen-Cart',
      'send 26 to 64 letters, digits, “-” or “_” that the browser made up by cryptographic chance',
    );
  }
  return hash('sha256', `kaimen cart 1\n${secret}`, 'hex').slice(0, HASH_LENGTH);
}

/** Names a request of a cart, so that the same again is the same hold. @throws HttpProblem */
export function requestOf(request: FastifyRequest, cart: string): string {
  const key = readKeyHeader(request.headers[KEY_HEADER]);
  if (key === null) {
    throw malformedField(
      'Idempotency-Key',
      'send a string that names this request, such as a UUID',
    );
  }
  return hash('sha256', `kaimen hold 1\n${cart}\n${key}`, 'hex').slice(0, HASH_LENGTH);
}

export function orderSecret(masterKey: Uint8Array, order: string): string {
  const mac = hmacSha256(masterKey, Buffer.from(`kaimen order 1\n${order}`));
  return encodeBase32(mac).toLowerCase().slice(0, SECRET_LENGTH);
}

export function isOrderSecret(masterKey: Uint8Array, order: string, secret: string): boolean {
  if (!ORDER_SECRET.test(secret)) return false;
  return timingSafeEqual(Buffer.from(secret), Buffer.from(orderSecret(masterKey, order)));
}

/** What was shown for an order; the empty text, which no order has, when nothing was. */
export function shownOrderSecret(request: FastifyRequest): string {
  const secret = request.headers[ORDER_HEADER];
  return typeof secret === 'string' ? secret : '';
}

/** Limits are counted by it; neither address nor number can be read out of it. */
export function personOf(masterKey: Uint8Array, contact: string): string {
  const plain = contact
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s()-]/g, '');
  const mac = hmacSha256(masterKey, Buffer.from(`kaimen person 1\n${plain}`));
  return `p-${Buffer.from(mac).toString('hex').slice(0, HASH_LENGTH)}`;
}
