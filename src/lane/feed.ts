// Keeps the lane's knowledge current for as long as somebody answers: the event stream says what has
// changed, plain requests bring it. Reconnects for ever; scans never wait for it.

import { openEvents, type StreamEvent } from './event-stream.ts';
import type { Hub } from './hub.ts';
import type { Identity } from './identity.ts';
import type { Knowledge } from './knowledge.ts';
import type { LaneClock } from './lane-clock.ts';
import type { LanePorts } from './ports.ts';
import { causeOf, Refusal, Revoked } from './replies.ts';
import { refreshSelf } from './self.ts';
import { Updates } from './updates.ts';
import { pause } from './waiting.ts';

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
  readonly ports: LanePorts;
  readonly identity: Identity;
  readonly knowledge: Knowledge;
  readonly clock: LaneClock;
  readonly stop: AbortSignal;
  readonly onRevoked: () => void;
  /** The stream broke or could not be opened. */
  readonly onLost: () => void;
  /** Everything has been brought up to date after a (re)connection. */
  readonly onCurrent: () => void;
  /** The list in force is whole, or another one is. */
  readonly onList: () => void;
  /** What the stream says that the lane itself has no use for, such as messages from control. */
  readonly onOther: (event: StreamEvent) => void;
  readonly tell: (words: string) => void;
};

export function startFeed(deps: FeedDeps): Feed {
  const { ports } = deps;
  const first = Promise.withResolvers<void>();
  let wake = new AbortController();
  let toldOf = '';
  const heard = { id: '' };

  async function run(): Promise<void> {
    let failures = 0;
    while (!deps.stop.aborted) {
      try {
        await follow(deps, heard, () => {
          failures = 0;
          first.resolve();
        });
      } catch (error) {
        if (deps.stop.aborted) return;
        if (error instanceof Revoked) return deps.onRevoked();
        const words = causeOf(error);
        if (error instanceof Refusal && words !== toldOf) deps.tell(words);
        toldOf = words;
      }
      first.resolve();
      deps.onLost();
      failures += 1;
      const waitMs = Math.min(RETRY_MIN_MS * 2 ** failures, RETRY_MAX_MS);
      wake = new AbortController();
      const signal = AbortSignal.any([deps.stop, wake.signal]);
      await pause(ports.timers, waitMs * (0.5 + ports.chance.fraction()), signal);
    }
  }

  return {
    firstContact: first.promise,
    nudge: () => wake.abort(),
    ended: run().finally(() => first.resolve()),
  };
}

/** Learns who the lane is, opens the stream, then brings everything: nothing falls in between. */
async function follow(deps: FeedDeps, heard: { id: string }, onCurrent: () => void): Promise<void> {
  const { timers } = deps.ports;
  const self = await refreshSelf(deps, deps.stop);
  const ending = new AbortController();
  const stop = AbortSignal.any([deps.stop, ending.signal]);
  let cancelSilence = () => {};
  const onBytes = () => {
    cancelSilence();
    cancelSilence = timers.after(SILENCE_MAX_MS, () => ending.abort());
  };
  onBytes();
  const updates = new Updates(deps, self.event, stop);
  const path = `/api/v1/events/${encodeURIComponent(self.event)}/live`;
  const looking = lookAgainAndAgain(deps, updates, stop);
  try {
    const stream = await deps.hub.stream(path, heard.id, stop);
    deps.knowledge.listensAnew();
    const events = openEvents(stream, () => {
      onBytes();
      updates.onLife();
    });
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
      listen(events, updates, heard),
    ]);
  } finally {
    cancelSilence();
    ending.abort();
    await looking;
  }
}

async function lookAgainAndAgain(
  { ports }: FeedDeps,
  updates: Updates,
  stop: AbortSignal,
): Promise<void> {
  await pause(ports.timers, SECOND_LOOK_MS, stop);
  while (!stop.aborted) {
    updates.inBackground(updates.refresh());
    await pause(ports.timers, REFRESH_EVERY_MS, stop);
  }
}

/** Remembers how far it has come, so that the next stream, at whichever node, goes on from there. */
async function listen(
  events: AsyncIterable<StreamEvent>,
  updates: Updates,
  heard: { id: string },
): Promise<void> {
  for await (const event of events) {
    updates.apply(event);
    if (event.id !== '') heard.id = event.id;
  }
  throw new Error('the event stream ended');
}
