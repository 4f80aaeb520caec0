// Keeps the lane's knowledge current for as long as somebody answers: the event stream says what has
// changed, plain requests bring it. Reconnects for ever; scans never wait for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { type DeviceSelf, deviceSelf } from '#protocol/access.ts';
import { liveCrossings } from '#protocol/live.ts';
import { causeOf } from './ask.ts';
import { readEvents, type StreamEvent } from './event-stream.ts';
import { type Hub, Refusal, Revoked, replyOf, requireOk } from './hub.ts';
import type { Knowledge } from './knowledge.ts';
import type { LaneClock } from './lane-clock.ts';
import { downloadList } from './ticket-list-download.ts';
import type { TicketStore } from './ticket-store.ts';

const REQUEST_TIMEOUT_MS = 5_000;
/** The server writes a comment every few seconds; a stream that is silent for longer is dead. */
const SILENCE_MAX_MS = 35_000;
/** What changes just while a server sets up its stream, its stream may leave out. */
const SECOND_LOOK_MS = 1_200;
const REFRESH_EVERY_MS = 60_000;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5_000;

export type Feed = {
  /** Resolves when the first round of requests is over, however it went. */
  readonly firstContact: Promise<void>;
  /** The server is back: do not wait for the next attempt. */
  nudge(): void;
  readonly ended: Promise<void>;
};

export type FeedDeps = {
  readonly hub: Hub;
  readonly store: TicketStore;
  readonly knowledge: Knowledge;
  readonly clock: LaneClock;
  readonly stop: AbortSignal;
  readonly onRevoked: (words: string) => void;
  /** The stream broke or could not be opened. */
  readonly onLost: () => void;
  /** Everything has been brought up to date after a (re)connection. */
  readonly onCurrent: () => void;
  readonly tell: (words: string) => void;
};

export function startFeed(deps: FeedDeps): Feed {
  const first = Promise.withResolvers<void>();
  let wake = new AbortController();
  let toldOf = '';

  async function run(): Promise<void> {
    let failures = 0;
    while (!deps.stop.aborted) {
      try {
        await follow(deps, () => {
          failures = 0;
          first.resolve();
        });
      } catch (error) {
        if (deps.stop.aborted) return;
        if (error instanceof Revoked) return deps.onRevoked(error.message);
        const words = causeOf(error);
        if (error instanceof Refusal && words !== toldOf) deps.tell(words);
        toldOf = words;
      }
      first.resolve();
      deps.onLost();
      failures += 1;
      const waitMs = Math.min(RETRY_MIN_MS * 2 ** failures, RETRY_MAX_MS) * (0.5 + Math.random());
      wake = new AbortController();
      const signal = AbortSignal.any([deps.stop, wake.signal]);
      await sleep(waitMs, null, { signal }).catch(() => {});
    }
  }

  return {
    firstContact: first.promise,
    nudge: () => wake.abort(),
    ended: run().finally(() => first.resolve()),
  };
}

/** Learns who the lane is, opens the stream, then brings everything: nothing falls in between. */
async function follow(deps: FeedDeps, onCurrent: () => void): Promise<void> {
  const self = await refreshSelf(deps.hub, deps.knowledge, deps.clock, deps.stop);
  const event = `/api/v1/events/${encodeURIComponent(self.event)}`;
  const ending = new AbortController();
  const stop = AbortSignal.any([deps.stop, ending.signal]);
  const silence = setTimeout(() => ending.abort(), SILENCE_MAX_MS);
  const updates = new Updates(deps, self.event, stop);
  const lookAgain = () => updates.inBackground(updates.refresh());
  const secondLook = setTimeout(lookAgain, SECOND_LOOK_MS);
  const refreshing = setInterval(lookAgain, REFRESH_EVERY_MS);
  try {
    const stream = await openStream(deps.hub, `${event}/live`, stop);
    const current = updates.everything().then(() => {
      onCurrent();
      deps.onCurrent();
    });
    // A failure of either ends both; the other must not go on alone.
    await Promise.all([
      current.catch((error) => {
        ending.abort();
        throw error;
      }),
      listen(stream, updates, () => silence.refresh()),
    ]);
  } finally {
    clearTimeout(silence);
    clearTimeout(secondLook);
    clearInterval(refreshing);
    ending.abort();
  }
}

const FORBIDDEN = 403;

/** Who am I, and what time is it? Also the probe of a lane on its own. */
export async function refreshSelf(
  hub: Hub,
  knowledge: Knowledge,
  clock: LaneClock,
  stop: AbortSignal,
  timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<DeviceSelf> {
  const askedMs = clock.monotonicMs();
  const body = await hub.get('/api/v1/device', timeoutMs, stop).catch((error) => {
    // A token of a person or of another service can never admit anybody.
    if (error instanceof Refusal && error.status === FORBIDDEN) throw new Revoked(error.message);
    throw error;
  });
  const self = deviceSelf.parse(body);
  const serverTime = parseInstant(self.serverTime);
  if (serverTime !== null) clock.heard(serverTime, askedMs);
  return knowledge.learnSelf(body);
}

async function openStream(hub: Hub, path: string, signal: AbortSignal): Promise<Response> {
  const headers = { accept: 'text/event-stream' };
  let last: unknown;
  for (const base of hub.bases()) {
    try {
      const response = await hub.open(base, { path, headers, signal });
      if (!response.ok) requireOk(replyOf(response.status, await response.text()));
      return response;
    } catch (error) {
      if (error instanceof Revoked || signal.aborted) throw error;
      last = error;
    }
  }
  throw last;
}

async function listen(stream: Response, updates: Updates, onBytes: () => void): Promise<void> {
  const onLife = () => {
    onBytes();
    updates.onLife();
  };
  for await (const event of readEvents(stream.body ?? NOTHING, onLife)) updates.apply(event);
  throw new Error('the event stream ended');
}

const NOTHING = ReadableStream.from<Uint8Array>([]);

class Updates {
  readonly #deps: FeedDeps;
  readonly #path: string;
  readonly #event: string;
  readonly #stop: AbortSignal;
  #isListStale = true;
  #listing: Promise<void> | null = null;

  constructor(deps: FeedDeps, event: string, stop: AbortSignal) {
    this.#deps = deps;
    this.#event = event;
    this.#path = `/api/v1/events/${encodeURIComponent(event)}`;
    this.#stop = stop;
  }

  async everything(): Promise<void> {
    const { hub, knowledge } = this.#deps;
    knowledge.learnEvent(await hub.get(this.#path, REQUEST_TIMEOUT_MS, this.#stop));
    const path = `${this.#path}/controls`;
    knowledge.learnControls(await hub.get(path, REQUEST_TIMEOUT_MS, this.#stop));
    this.#isListStale = true;
    await this.#bringList();
  }

  /** Also what no event tells of: a corrected match file, a clock that drifts. */
  async refresh(): Promise<void> {
    const { hub, knowledge, clock } = this.#deps;
    await refreshSelf(hub, knowledge, clock, this.#stop);
    await this.everything();
  }

  apply({ name, data }: StreamEvent): void {
    const { knowledge, store } = this.#deps;
    const body = parsed(data);
    switch (name) {
      case 'controls':
        knowledge.learnControls(body);
        return;
      case 'list':
        this.#isListStale = true;
        this.inBackground(this.#bringList());
        return;
      case 'crossings':
        store.hear(
          liveCrossings.parse(body).map(([serial, direction, at, gate, checkpoint]) => {
            return { serial, direction, at: at as Instant, gate, checkpoint };
          }),
        );
        return;
      case 'revoked':
        throw new Revoked('the server has revoked this device');
      default:
        return;
    }
  }

  /** The stream speaks, and has not said that the list has changed: so it has not. */
  onLife(): void {
    if (!this.#isListStale) this.#deps.knowledge.listIsCurrent(this.#deps.clock.now());
  }

  /** One download at a time; a change during it starts another. */
  #bringList(): Promise<void> {
    this.#listing ??= (async () => {
      try {
        while (this.#isListStale) {
          this.#isListStale = false;
          const { hub, store, knowledge } = this.#deps;
          const asOf = await downloadList(hub, this.#event, store, this.#stop);
          knowledge.listIsCurrent(parseInstant(asOf) ?? this.#deps.clock.now());
        }
      } catch (error) {
        this.#isListStale = true;
        throw error;
      } finally {
        this.#listing = null;
      }
    })();
    return this.#listing;
  }

  inBackground(work: Promise<void>): void {
    work.catch((error) => {
      if (this.#stop.aborted) return;
      if (error instanceof Revoked) this.#deps.onRevoked(error.message);
      else this.#deps.tell(causeOf(error));
    });
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new Error('the event stream sent what is not JSON');
  }
}
