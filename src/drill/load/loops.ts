// Two ways to ask: as fast as answers come (what can it do?), or at a rate that does not wait for
// anybody (how long does a fan wait?). In the second a late answer delays no other question, and time
// spent waiting for a free connection counts, so that a stalled server cannot hide its stall.
import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import { Histogram } from './histogram.ts';
import type { RawResponse } from './response-reader.ts';

/** One connection to a server, one request at a time: bytes as they go over the wire, head and body. */
export type Sender = {
  send(bytes: Uint8Array | string): Promise<Answer>;
};

export type Answer = Pick<RawResponse, 'status' | 'body'>;

export type LoopResult = {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly latency: Histogram;
};

export type Loop<S extends Sender = Sender> = {
  /** @returns the bytes of request number `index`, or null: there are no more */
  readonly next: (connection: S, index: number) => Uint8Array | string | null;
  /** Judges an answer; false counts it as failed. Without it, 200 is good. */
  readonly check?: (response: Answer, index: number, connection: S) => boolean;
};

/** Each connection asks again as soon as it has its answer, for so long or until `next` is dry. */
export async function closedLoop<S extends Sender>(
  connections: readonly S[],
  loop: Loop<S>,
  durationMs: number,
): Promise<LoopResult> {
  const tally = new Tally(loop);
  const startedAt = performance.now();
  let index = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() - startedAt < durationMs) {
        const at = index++;
        const bytes = loop.next(connection, at);
        if (bytes === null) return;
        await tally.ask(connection, bytes, at, performance.now());
      }
    }),
  );
  return tally.result(startedAt);
}

/** Asks `perSecond` times a second, evenly, for so long. */
export async function openLoop(
  connections: Connections,
  loop: Loop<Connection>,
  perSecond: number,
  durationMs: number,
): Promise<LoopResult> {
  const tally = new Tally(loop);
  const free = [...connections.all];
  const queue: { at: number; dueAt: number }[] = [];
  const underway = new Set<Promise<void>>();
  const startedAt = performance.now();
  const total = Math.floor((perSecond * durationMs) / 1_000);

  const pump = () => {
    while (queue.length > 0 && free.length > 0) {
      const asked = queue.shift();
      const connection = free.shift();
      if (asked === undefined || connection === undefined) return;
      const bytes = loop.next(connection, asked.at);
      if (bytes === null) return;
      const work = tally.ask(connection, bytes, asked.at, asked.dueAt).finally(() => {
        underway.delete(work);
        free.push(connection);
        pump();
      });
      underway.add(work);
    }
  };
  for (let at = 0; at < total; at++) {
    const dueAt = startedAt + (at * 1_000) / perSecond;
    const wait = dueAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    queue.push({ at, dueAt: Math.max(dueAt, performance.now() - TIMER_LATE_MS) });
    pump();
  }
  while (underway.size > 0) await Promise.race(underway);
  return tally.result(startedAt);
}

/** A timer of this process may be late by its own doing: that much is not the server's. */
const TIMER_LATE_MS = 2;

class Tally<S extends Sender> {
  readonly #check: NonNullable<Loop<S>['check']>;
  readonly #latency = new Histogram();
  #failed = 0;

  constructor(loop: Loop<S>) {
    this.#check = loop.check ?? ((response) => response.status === 200);
  }

  async ask(
    connection: S,
    bytes: Uint8Array | string,
    index: number,
    dueAt: number,
  ): Promise<void> {
    try {
      const response = await connection.send(bytes);
      this.#latency.add(performance.now() - dueAt);
      if (!this.#check(response, index, connection)) this.#failed += 1;
    } catch {
      this.#failed += 1;
    }
  }

  result(startedAt: number): LoopResult {
    const seconds = (performance.now() - startedAt) / 1_000;
    const answered = this.#latency.count;
    return {
      answered,
      failed: this.#failed,
      seconds,
      perSecond: answered / seconds,
      latency: this.#latency,
    };
  }
}
