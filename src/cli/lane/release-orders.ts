// Which release this lane is to run, as the server says: heard on the feed, asked for anew every few seconds, and
// whenever it cannot be heard the last word stays. What the lane runs, and how quick it is, goes up with each question.
import { setTimeout as pause } from 'node:timers/promises';
import { openEvents } from '#lane/event-stream.ts';
import { deviceSelf } from '#protocol/access.ts';
import {
  ASK_RELEASE_EVERY_MS,
  PROTOCOL,
  PROTOCOL_OLDEST,
  releaseOrder,
  SLOW_MS,
} from '#protocol/releases.ts';

const ANSWER_WITHIN_MS = 3_000;
const RECONNECT_MS = 2_000;
const REPORTED_AT_ONCE_MAX = 100_000;

export type Orders = {
  /** What was ordered last; null: nothing, or nobody has answered yet. */
  wanted(): string | null;
  /** Called whenever that has changed. */
  onChange(heard: () => void): void;
  runs(release: string): void;
  took(ms: number): void;
  /** Resolves after the first answer, or when it is clear that there is none. */
  readonly first: Promise<void>;
};

export function followOrders(
  { urls, token }: { readonly urls: readonly string[]; readonly token: string },
  stop: AbortSignal,
  tell: (words: string) => void,
): Orders {
  const heard: (() => void)[] = [];
  const first = Promise.withResolvers<void>();
  let wanted: string | null = null;
  let running: string | null = null;
  let counted = { timed: 0, slow: 0 };
  let refusedWith = '';

  const authorized = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  async function ask(): Promise<void> {
    const sent = counted;
    counted = { timed: 0, slow: 0 };
    const report = { running, protocol: PROTOCOL, oldest: PROTOCOL_OLDEST, ...sent };
    for (const url of urls) {
      try {
        const response = await fetch(new URL('/api/v1/devices/self/release', url), {
          method: 'POST',
          headers: authorized,
          body: JSON.stringify(report),
          redirect: 'error',
          signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
        });
        // A server of the release before has no orders.
        if (response.status === 404) break;
        if (response.status === 409) refused(await response.text());
        const order = releaseOrder.safeParse(await response.json());
        if (!response.ok || !order.success) continue;
        if (order.data.release !== wanted) {
          wanted = order.data.release;
          for (const each of heard) each();
        }
        first.resolve();
        return;
      } catch {
        if (stop.aborted) return;
      }
    }
    first.resolve();
    counted = {
      timed: Math.min(counted.timed + sent.timed, REPORTED_AT_ONCE_MAX),
      slow: Math.min(counted.slow + sent.slow, REPORTED_AT_ONCE_MAX),
    };
  }

  function refused(text: string): void {
    if (text === refusedWith) return;
    refusedWith = text;
    tell(`the server does not take this lane’s protocol: ${text}`);
  }

  async function listen(url: string): Promise<void> {
    const device = await fetch(new URL('/api/v1/device', url), {
      headers: authorized,
      signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    const { event } = deviceSelf.parse(await device.json());
    const path = `/api/v1/events/${encodeURIComponent(event)}/live`;
    const headers = { ...authorized, accept: 'text/event-stream' };
    const response = await fetch(new URL(path, url), { headers, signal: stop });
    if (!response.ok || response.body === null) return;
    void ask();
    for await (const { name } of openEvents(response.body, () => {})) {
      if (name === 'release') void ask();
    }
  }

  void keep(ask, ASK_RELEASE_EVERY_MS, stop);
  for (const url of urls) void keep(() => listen(url), RECONNECT_MS, stop);
  return {
    wanted: () => wanted,
    onChange: (each) => heard.push(each),
    runs: (release) => {
      running = release;
      void ask();
    },
    took: (ms) => {
      counted = { timed: counted.timed + 1, slow: counted.slow + (ms > SLOW_MS ? 1 : 0) };
    },
    first: first.promise,
  };
}

async function keep(work: () => Promise<void>, everyMs: number, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await work().catch(() => {});
    await pause(everyMs, undefined, { signal: stop }).catch(() => {});
  }
}
