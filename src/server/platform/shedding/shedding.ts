// Everything that is not a lane's takes a place in a line before anybody looks up its token or reads its body.
// What finds none is refused in a tenth of a millisecond, with the time at which there will be room.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { SAFE_HEADERS } from '../http/app.ts';
import type { Priority } from '../http/priority.ts';
import { HttpProblem, problemBody } from '../http/problem.ts';
import { Allowance, PLACES_MAX } from './allowance.ts';
import { callerOf } from './caller-key.ts';
import { Line } from './line.ts';
import { showLines } from './line-metrics.ts';
import { takePlace } from './places.ts';
import { type PoolLike, Pressure } from './pressure.ts';
import { Drain } from './retry-after.ts';
import { carriesLane, leaveUnread } from './unread.ts';

/** Who may be let in before anybody has asked the database: known from a request of before. */
export type Peek = (credential: string) => 'lane' | 'person' | null;

const TICK_MS = 100;
const SWEEP_MS = 10;
/** Callers with so many in a line are a crowd by themselves. */
const CROWD_MIN = 16;

/**
 * Whoever asks, waits for the answer and asks again is slowed down, not refused: as many as a program has
 * connections may wait. Refused is what comes faster than it is served.
 */
const LINES = {
  /** Lanes that this node has not met: a hundred of them after a restart, or somebody's flood of made-up tokens. */
  strangers: { places: () => 8, waitingMax: 2_000, waitingPerCallerMax: 1_000, waitMaxMs: 5_000 },
  control: { places: () => 8, waitingMax: 256, waitingPerCallerMax: 128, waitMaxMs: 10_000 },
  /** Signing in, enrolling a phone, the pages themselves: no token is known yet. */
  doors: { places: () => 4, waitingMax: 512, waitingPerCallerMax: 128, waitMaxMs: 10_000 },
  bulk: { places: () => 2, waitingMax: 64, waitingPerCallerMax: 16, waitMaxMs: 60_000 },
} as const;
const ORDINARY = { waitingMax: 1_024, waitingPerCallerMax: 512, waitMaxMs: 10_000 };
/** Buyers come in thousands, many behind one address. */
const SHOP = { waitingMax: 4_096, waitingPerCallerMax: 2_048, waitMaxMs: 10_000 };
/** They wait together for one transaction of the stock: the more of them in it, the less each costs. While lanes are at
 * work, what comes out of it together would be felt. */
const SHOP_PLACES_MAX = 160;
/**
 * While lanes are at work no more than so many are under way: what the database answers in the same moment is read in one
 * go, some milliseconds each, and a scan that comes then waits for all of it.
 */
const PLACES_AT_WORK_MAX = 3;
const SHOP_PLACES_AT_WORK_MAX = 8;
/** What lanes feel counts for so much more here, so that buyers make room before anybody of ours does. */
const SHOP_FEELS = 1.4;

type LineName = keyof typeof LINES | 'ordinary' | 'shop';

export class Shedding implements Disposable {
  readonly #peek: Peek;
  readonly #pressure: Pressure;
  readonly #allowance = new Allowance();
  readonly #shop = new Allowance();
  readonly #lines: Readonly<Record<LineName, Line>>;
  readonly #drains: Readonly<Record<LineName, Drain>>;
  readonly #timers: readonly NodeJS.Timeout[];
  #tickedAt = performance.now();
  #sweptAt = performance.now();

  constructor(deps: {
    readonly peek: Peek;
    readonly lanePools: readonly PoolLike[];
    readonly registry: Registry;
  }) {
    this.#peek = deps.peek;
    this.#pressure = new Pressure(deps.lanePools);
    const ordinary = new Line({ ...ORDINARY, places: () => this.#allowance.places() });
    const lines = mapOf(LINES, (limits) => new Line(limits));
    const shop = new Line({ ...SHOP, places: () => this.#shop.places() });
    this.#lines = { ...lines, ordinary, shop };
    this.#drains = mapOf(this.#lines, () => new Drain());
    this.#timers = [
      setInterval(() => this.#tick(), TICK_MS).unref(),
      setInterval(() => this.#sweep(), SWEEP_MS).unref(),
    ];
    showLines(deps.registry, {
      lines: this.#lines,
      drains: this.#drains,
      allowance: this.#allowance,
      pressure: this.#pressure,
    });
  }

  install(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      const { priority = 'ordinary', rule } = request.routeOptions.config;
      this.#admit(priority, rule?.allow === 'public', request, reply, done);
    });
    app.addHook('onClose', (_app, done) => {
      this[Symbol.dispose]();
      done();
    });
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#pressure[Symbol.dispose]();
  }

  #admit(
    priority: Priority,
    isPublic: boolean,
    request: FastifyRequest,
    reply: FastifyReply,
    done: () => void,
  ): void {
    const now = performance.now();
    const { key, isLaneShaped, isKnown, isNobody } = callerOf(request, this.#peek);
    const isOfLane = priority === 'lane' && isLaneShaped;
    if (isOfLane) {
      this.#pressure.laneCame(now);
      carriesLane(request);
    }
    // Whoever shows nothing is told so at once: that is no more work than to let them wait.
    if (priority === 'health' || (isOfLane && isKnown) || (isNobody && !isPublic)) {
      done();
      return;
    }
    const name = lineOf(priority, isLaneShaped, isKnown);
    const line = this.#lines[name];
    line.enter(key, now, (isAdmitted) => {
      if (!isAdmitted) this.#refuse(name, line.waitingOf(key) >= CROWD_MIN, request, reply);
      // Gone while it waited: its place is free again at once.
      else if (reply.raw.destroyed) line.leave(key);
      else {
        this.#take(name, key, reply);
        done();
      }
    });
  }

  #take(name: LineName, key: string, { raw }: FastifyReply): void {
    const since = performance.now();
    takePlace(raw, () => {
      if (name === 'ordinary') this.#allowance.spent(performance.now() - since);
      if (name === 'shop') this.#shop.spent(performance.now() - since);
      this.#drains[name].done();
      this.#lines[name].leave(key);
    });
  }

  /** Written straight out: a refusal that costs as much as an answer would help nobody. */
  #refuse(name: LineName, isCrowd: boolean, request: FastifyRequest, reply: FastifyReply): void {
    const drain = this.#drains[name];
    drain.shed();
    const { raw } = reply.hijack();
    if (raw.destroyed) return;
    const seconds = drain.retryAfterSeconds(this.#lines[name].waiting, Math.random());
    raw.writeHead(503, { ...REFUSAL_HEADERS, 'retry-after': String(seconds), ...endOf(request) });
    raw.end(REFUSAL);
    if (isCrowd) leaveUnread(request, seconds);
  }

  #tick(): void {
    const now = performance.now();
    const seconds = Math.max(now - this.#tickedAt, 1) / 1_000;
    this.#tickedAt = now;
    for (const drain of Object.values(this.#drains)) drain.tick(seconds);
    const pressure = this.#pressure.read(now);
    const areLanesAtWork = this.#pressure.areLanesAtWork(now);
    const shopMax = areLanesAtWork ? SHOP_PLACES_AT_WORK_MAX : SHOP_PLACES_MAX;
    const max = areLanesAtWork ? PLACES_AT_WORK_MAX : PLACES_MAX;
    this.#allowance.adapt(pressure, this.#lines.ordinary.waiting > 0, max);
    this.#shop.adapt(pressure * SHOP_FEELS, this.#lines.shop.waiting > 0, shopMax);
  }

  #sweep(): void {
    const now = performance.now();
    this.#allowance.passed(now - this.#sweptAt);
    this.#shop.passed(now - this.#sweptAt);
    this.#sweptAt = now;
    for (const line of Object.values(this.#lines)) {
      if (line.waiting > 0) line.sweep(now);
    }
  }
}

const REFUSAL = JSON.stringify(
  problemBody(
    new HttpProblem('overloaded', {
      detail: 'more is asked of this server than it can do beside its lanes',
      mend: 'send the same request again after the seconds that Retry-After names',
    }),
  ),
);
const REFUSAL_HEADERS = {
  ...SAFE_HEADERS,
  'content-type': 'application/problem+json',
  'content-length': String(Buffer.byteLength(REFUSAL)),
};
/** More than this of a body is not read to its end only to keep the connection. */
const UNREAD_MAX = 64 * 1024;

function endOf({ headers }: FastifyRequest): { connection?: 'close' } {
  const length =
    headers['transfer-encoding'] === undefined ? headers['content-length'] : UNREAD_MAX;
  return Number(length ?? 0) >= UNREAD_MAX ? { connection: 'close' } : {};
}

function lineOf(priority: Priority, isLaneShaped: boolean, isKnown: boolean): LineName {
  if (priority === 'bulk' || priority === 'shop') return priority;
  if (priority === 'lane') return isLaneShaped ? 'strangers' : isKnown ? 'control' : 'doors';
  if (priority === 'control') return isKnown ? 'control' : 'doors';
  return 'ordinary';
}

function mapOf<K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  each: (value: A) => B,
): Record<K, B> {
  const entries = Object.entries(record) as [K, A][];
  return Object.fromEntries(entries.map(([key, value]) => [key, each(value)])) as Record<K, B>;
}
