// How fast buyers may ask: a person never feels it, a program that tries seats one after the other does. A cart is
// whatever a browser makes up, so an address is counted beside it.
import { isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from '#server/platform/http/problem.ts';

export type PaceLimits = {
  readonly perSecond: number;
  readonly atOnceMax: number;
  /** Whoever asked longest ago is forgotten first, and has a full bucket by then. */
  readonly keysMax: number;
};

const OF_CART: PaceLimits = { perSecond: 4, atOnceMax: 20, keysMax: 100_000 };
/** A stadium's network or a carrier's: hundreds of people come from one address. */
const OF_ADDRESS: PaceLimits = { perSecond: 60, atOnceMax: 600, keysMax: 100_000 };

type Bucket = { readonly left: number; readonly at: number };

export class Pace {
  readonly #limits: PaceLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** @returns whether there was one left */
  spend(key: string, now: number): boolean {
    const { perSecond, atOnceMax, keysMax } = this.#limits;
    const bucket = this.#buckets.get(key) ?? { left: atOnceMax, at: now };
    const left = Math.min(atOnceMax, bucket.left + ((now - bucket.at) / 1_000) * perSecond);
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > keysMax && oldest !== undefined) this.#buckets.delete(oldest);
    return left >= 1;
  }
}

export class CartPace {
  readonly #pace = new Pace(OF_CART);

  /** @throws HttpProblem `too-many-requests` */
  spend(cart: string): void {
    if (this.#pace.spend(cart, performance.now())) return;
    throw tooFast('this cart asks faster than people choose');
  }
}

/** Of everything in the shop that anybody may ask, before a body is read. */
export function paceAddresses(app: FastifyInstance, limits = OF_ADDRESS): void {
  const pace = new Pace(limits);
  app.addHook('onRequest', (request, _reply, done) => {
    const { priority, rule } = request.routeOptions.config;
    const key = priority === 'shop' && rule?.allow === 'public' ? addressOf(request) : null;
    if (key === null || pace.spend(key, performance.now())) done();
    else done(tooFast('so much is asked from your address that others would wait for it'));
  });
}

/**
 * A home has a network of IPv6 addresses, and one of IPv4.
 *
 * @returns null: it comes from this machine, by a proxy that does not say for whom
 */
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string | null {
  const plain = ip.startsWith('::ffff:') ? ip.slice('::ffff:'.length) : ip;
  if (plain === '::1' || plain.startsWith('127.')) return null;
  return isIPv6(plain) ? networkOf(plain) : plain;
}

const NETWORK_GROUPS = 4;
const GROUPS = 8;

function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length + rest.length < GROUPS) groups.push('0');
    groups.push(...rest);
  }
  return groups.slice(0, NETWORK_GROUPS).join(':').toLowerCase();
}

function tooFast(detail: string): HttpProblem {
  return new HttpProblem('too-many-requests', {
    detail,
    mend: 'wait a second before the next try',
    retryAfterSeconds: 1,
  });
}
