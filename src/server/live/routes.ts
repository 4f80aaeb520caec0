// The live feed: what happens, as it commits. No names and no codes are in it. What this node decides
// is pushed at once; what other nodes change is noticed by asking once a second.
import { createSession, type Session } from 'better-sse';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { LiveScan } from '#protocol/live.ts';
import { id } from '#protocol/primitives.ts';
import type { Decided } from '#server/entry/authority.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { controlsState } from '#server/venue/controls-state.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { loadControls } from '#server/venue/store.ts';

const KEEP_ALIVE_MS = 10_000;
const COUNTS_EVERY_MS = 500;
const WATCH_EVERY_MS = 1_000;
const STREAMS_MAX = 2_000;

type Listener = {
  readonly session: Session;
  readonly principal: Principal;
  readonly token: string;
};

export function addLiveRoutes(app: FastifyInstance, context: ServerContext): void {
  const feeds = new Map<number, Feed>();
  let streams = 0;

  context.bus.on('decided', (decided) => {
    for (const [number, feed] of feeds) {
      feed.decided(decided.filter(({ event }) => event.number === number));
    }
  });
  for (const happening of ['controls', 'list', 'conflict'] as const) {
    context.bus.on(happening, (number) => feeds.get(number)?.changed(happening));
  }
  context.access.onChange(() => {
    for (const feed of feeds.values()) feed.dropRevoked();
  });
  context.stopping.addEventListener('abort', () => {
    for (const feed of feeds.values()) feed.close();
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/live',
    rule: { allow: 'live.read', orDevice: true },
    summary:
      'Server-sent events: controls, list, counts, scans, conflicts; for lanes also crossings',
    tag: 'live',
    params: z.object({ id }),
    answerType: 'text/event-stream',
    handle: async ({ params, principal, request, reply }) => {
      if (principal === null) throw new Error('the rule lets nobody in without a token');
      const row = await eventOr404(context.pool, params.id);
      if (principal.kind === 'device' && principal.eventNumber !== row.number) {
        throw new HttpProblem('forbidden', { detail: 'this device is enrolled for another event' });
      }
      if (streams >= STREAMS_MAX) throw new HttpProblem('unavailable', { retryAfterSeconds: 5 });
      streams += 1;
      request.raw.once('close', () => {
        streams -= 1;
      });
      reply.hijack();
      const session = await createSession(request.raw, reply.raw, {
        keepAlive: KEEP_ALIVE_MS,
        headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      });
      let feed = feeds.get(row.number);
      if (feed === undefined) {
        feed = new Feed(context, row.number, () => feeds.delete(row.number));
        feeds.set(row.number, feed);
      }
      const token = String(request.headers.authorization).slice('Bearer '.length);
      await feed.add({ session, principal, token });
    },
  });
}

/** One event's listeners, and what has to be looked up for them only once. */
class Feed {
  readonly #context: ServerContext;
  readonly #event: number;
  readonly #listeners = new Set<Listener>();
  readonly #onEmpty: () => void;
  readonly #timers: NodeJS.Timeout[];
  #haveCountsChanged = true;
  #controls: string | null = null;
  #cursor: string | null = null;

  constructor(context: ServerContext, event: number, onEmpty: () => void) {
    this.#context = context;
    this.#event = event;
    this.#onEmpty = onEmpty;
    this.#timers = [
      setInterval(() => this.#tell(() => this.#tellCounts()), COUNTS_EVERY_MS),
      setInterval(() => this.#tell(() => this.#watch()), WATCH_EVERY_MS),
    ];
  }

  async add(listener: Listener): Promise<void> {
    this.#listeners.add(listener);
    listener.session.once('disconnected', () => this.#drop(listener));
    if (!listener.session.isConnected) this.#drop(listener);
    const { controls, fence } = await loadControls(this.#context.pool, this.#event);
    push(listener, 'controls', controlsState(controls, fence));
    if (listener.principal.kind === 'operator') {
      push(
        listener,
        'counts',
        await this.#context.counterOf(this.#event).counts(this.#context.now()),
      );
    }
  }

  decided(decided: readonly Decided[]): void {
    if (decided.length === 0) return;
    this.#haveCountsChanged = true;
    const crossings = decided.flatMap(crossingOf);
    for (const listener of this.#listeners) {
      if (listener.principal.kind === 'device') {
        if (crossings.length > 0) push(listener, 'crossings', crossings);
      } else {
        for (const each of decided) push(listener, 'scan', liveScanOf(each));
      }
    }
  }

  changed(happening: 'controls' | 'list' | 'conflict'): void {
    if (happening === 'conflict') this.#broadcast('conflict', { event: this.#event });
    else this.#tell(() => this.#watch());
  }

  /** Streams of whoever is revoked end with the token. */
  dropRevoked(): void {
    for (const listener of this.#listeners) {
      this.#tell(async () => {
        if ((await this.#context.access.authenticate(listener.token)) !== null) return;
        push(listener, 'revoked', {});
        end(listener);
      });
    }
  }

  close(): void {
    for (const listener of this.#listeners) end(listener);
  }

  /** Controls and list as they are in the store, told when they differ from what was told last. */
  async #watch(): Promise<void> {
    const { controls, fence } = await loadControls(this.#context.pool, this.#event);
    const state = controlsState(controls, fence);
    const text = JSON.stringify({ ...state, fence: 0 });
    if (this.#controls !== null && text !== this.#controls) this.#broadcast('controls', state);
    this.#controls = text;
    const { rows } = await this.#context.pool.query<{ epoch: string; n: string }>(
      'SELECT epoch, n FROM lists WHERE event = $1',
      [this.#event],
    );
    const cursor = `${rows[0]?.epoch}:${rows[0]?.n}`;
    if (this.#cursor !== null && cursor !== this.#cursor) this.#broadcast('list', { cursor });
    this.#cursor = cursor;
  }

  async #tellCounts(): Promise<void> {
    const hasOperators = [...this.#listeners].some(
      ({ principal }) => principal.kind === 'operator',
    );
    if (!this.#haveCountsChanged || !hasOperators) return;
    this.#haveCountsChanged = false;
    const counts = await this.#context.counterOf(this.#event).counts(this.#context.now());
    for (const listener of this.#listeners) {
      if (listener.principal.kind === 'operator') push(listener, 'counts', counts);
    }
  }

  #broadcast(name: string, data: unknown): void {
    for (const listener of this.#listeners) push(listener, name, data);
  }

  #drop(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#onEmpty();
  }

  /** A feed that cannot look things up says nothing new; the next look tells it all. */
  #tell(work: () => Promise<void>): void {
    work().catch((error: Error) => this.#context.log.warn({ err: error }, 'live feed: not told'));
  }
}

function push(listener: Listener, name: string, data: unknown): void {
  if (listener.session.isConnected) listener.session.push(data, name);
}

function end(listener: Listener): void {
  listener.session.getRequest().destroy();
}

function liveScanOf({ scan, outcome, revision }: Decided): LiveScan {
  const { decision, record } = outcome;
  return {
    revision,
    gate: scan.gate,
    lane: scan.lane,
    direction: scan.direction,
    verdict: decision.verdict,
    reason: decision.reason,
    rung: 'hub',
    at: record.decided_at,
  };
}

function crossingOf({ scan, outcome }: Decided): [number, string, number, string, string][] {
  const { decision, record } = outcome;
  if (decision.crosses === null || decision.ticket === null) return [];
  const at = Date.parse(record.decided_at);
  return [[decision.ticket.serial, scan.direction, at, scan.gate, scan.checkpoint]];
}
