// The cell as this node has it: followers of the events that it decides, what the hub feeds it, and what the
// program of a claim asks of it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { CellSource, CellView } from '#server/entry/event-cell.ts';
import type { EventKey } from '#server/entry/event-key.ts';
import type { Clock } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Log } from '#server/platform/log.ts';
import type { Written } from './archive.ts';
import type { CellConfig } from './cell-config.ts';
import { Etcd } from './etcd.ts';
import { cellAway } from './etcd-error.ts';
import { eventCellOf } from './event-cell-of.ts';
import { feed, feedControls, stopDeciding } from './feeder.ts';
import { Follower } from './follower.ts';
import { leadFromVenue } from './members.ts';
import { EventKeys } from './records.ts';
import { removeAll } from './wire.ts';

const ROUND_EVERY_MS = 250;
const LEADER_EVERY_MS = 5_000;
const SETTLED_WITHIN_MS = 5_000;

export type CellDeps = {
  readonly config: CellConfig;
  readonly pool: Pool;
  readonly log: Log;
  readonly now: Clock;
  /** The name of this node; `hub` feeds. */
  readonly self: string;
  readonly onWritten: (event: number, written: Written) => void;
};

export class Cell implements CellSource {
  readonly etcd: Etcd;
  readonly #deps: CellDeps;
  readonly #followers = new Map<number, Follower>();
  /** By event: the fence that the cell has, and the one that it was to have when it did not answer. */
  readonly #fed = new Map<number, number>();
  readonly #owed = new Map<number, number>();
  readonly #stop = new AbortController();
  #onHead: (event: number) => Promise<void> = async () => {};
  #lookAtLeaderAt = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: CellDeps) {
    this.#deps = deps;
    this.etcd = new Etcd(deps.config);
  }

  /** @param onHead - reads anew what is kept in memory of the event */
  start(onHead: (event: number) => Promise<void>): void {
    this.#onHead = onHead;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    for (const follower of this.#followers.values()) await follower.stop();
    this.etcd[Symbol.dispose]();
  }

  /** Whether the last round found no majority. */
  get isAway(): boolean {
    return performance.now() - this.#failedAt < 2 * ROUND_EVERY_MS + 600;
  }

  async view(event: number, key: EventKey): Promise<CellView | null> {
    const keys = this.#keysOf(event);
    const follower = this.#followerOf(event);
    const { kvs } = await this.etcd.getMany([keys.head]);
    const kv = kvs.get(keys.head);
    if (kv === undefined) return null;
    follower.mirror.takeHead(kv);
    const known = follower.mirror.head;
    if (known === null) return null;
    const { file, status, entryEpoch, outlines, scopes, controls } = known.value;
    // Until this node has heard everything, whoever has decides.
    const decides = follower.isReady ? known.value.decides : null;
    const fence = known.modRevision;
    const deps = { etcd: this.etcd, keys, follower, log: this.#deps.log };
    const cell = eventCellOf(deps, key);
    return { file, status, entryEpoch, outlines, scopes, controls, fence, decides, cell };
  }

  /** Resolves once this node may decide the event. */
  async ready(event: number): Promise<void> {
    if (!(await this.#followerOf(event).reached(0, SETTLED_WITHIN_MS))) {
      throw cellAway('it is not loaded yet');
    }
  }

  /** People inside as the cell counts them, up to what it holds now. */
  async inside(event: number): Promise<ReadonlyMap<string, number>> {
    const follower = this.#followerOf(event);
    await this.#caughtUp(event, follower);
    return follower.mirror.inside;
  }

  /**
   * Everything that this server has changed is in force in the cell.
   *
   * @throws HttpProblem `unavailable`: it is kept here, and reaches the cell when that answers
   */
  async settle(): Promise<void> {
    const wanted = await this.#wanted();
    const due = wanted.filter(({ number, fence }) => fence > (this.#fed.get(number) ?? -1));
    // Whoever changed what is due since then has been told so.
    const mine = due.filter(({ number, fence }) => fence !== this.#owed.get(number));
    try {
      for (const { number } of mine) await this.#feedOne(number);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      for (const { number, fence } of mine) this.#owed.set(number, fence);
      throw new HttpProblem('unavailable', {
        detail:
          'it is kept here, but the cell that decides the event does not answer: nobody is bound by it yet',
        mend: 'it takes effect by itself when the cell answers; until then tell the gates by word',
        retryAfterSeconds: 5,
      });
    }
  }

  /** As far as this node has heard. */
  isBehind(event: number): boolean {
    return this.#followers.get(event)?.mirror.head?.value.why != null;
  }

  async feedNow(event: number): Promise<void> {
    await this.#feedOne(event);
  }

  /** Forgets an event, which is loaded anew from this store the next time it is fed. */
  async drop(event: number): Promise<void> {
    await this.etcd.txn([], [removeAll(this.#keysOf(event).root)], [], { withinMs: 10_000 });
  }

  /** Has the cell stop deciding, and everything it has decided written down here. @throws HttpProblem */
  async release(event: number): Promise<void> {
    const follower = this.#followerOf(event);
    await stopDeciding(this.etcd, event);
    await this.#caughtUp(event, follower);
    const until = performance.now() + SETTLED_WITHIN_MS;
    const { revision } = follower.mirror;
    while (performance.now() < until) {
      const { rows } = await this.#deps.pool.query<{ revision: string }>(
        'SELECT revision FROM cell_followed WHERE event = $1',
        [event],
      );
      // Only decisions are written down; the head that stopped them is not one.
      if (Number(rows[0]?.revision ?? 0) >= follower.lastDecision || revision === 0) return;
      await pause(20);
    }
    throw cellAway('what it has decided does not arrive here');
  }

  async #caughtUp(event: number, follower: Follower): Promise<void> {
    const keys = this.#keysOf(event);
    const { kvs } = await this.etcd.getMany([keys.pulse, keys.head]);
    const there = Math.max(0, ...[...kvs.values()].map((kv) => Number(kv.modRevision)));
    if (await follower.reached(there, SETTLED_WITHIN_MS)) return;
    throw cellAway('what it has decided does not arrive here');
  }

  #keysOf(event: number): EventKeys {
    return new EventKeys(this.#deps.config.prefix, event);
  }

  #followerOf(event: number): Follower {
    let follower = this.#followers.get(event);
    if (follower === undefined) {
      const { pool, log, now, onWritten } = this.#deps;
      const onHead = (changed: number) => this.#headChanged(changed);
      const deps = { etcd: this.etcd, pool, log, now, onWritten, onHead };
      follower = new Follower(event, this.#keysOf(event), deps);
      this.#followers.set(event, follower);
    }
    return follower;
  }

  /** Events that are in the cell, or will be: those that it decides, and those that were asked for. */
  async #wanted(): Promise<{ readonly number: number; readonly fence: number }[]> {
    const { rows } = await this.#deps.pool.query<{ number: number; fence: string }>(
      `SELECT number, h.fence FROM events e JOIN claim_heads h ON h.event = e.number
       WHERE status <> 'archived'
         AND (authority = 'cell' OR EXISTS (SELECT 1 FROM cell_feeds WHERE event = e.number))
       ORDER BY number`,
    );
    return rows.map(({ number, fence }) => ({ number, fence: Number(fence) }));
  }

  async #run(): Promise<void> {
    const { log } = this.#deps;
    let isFailing = false;
    while (!this.#stop.signal.aborted) {
      try {
        const wanted = await this.#wanted();
        for (const { number } of wanted) {
          this.#followerOf(number);
          await this.#feedOne(number);
        }
        if (wanted.length > 0) await this.etcd.head();
        await this.#leadFromVenue();
        isFailing = false;
        this.#failedAt = Number.NEGATIVE_INFINITY;
      } catch (error) {
        this.#failedAt = performance.now();
        if (!isFailing) log.warn({ err: error }, 'the cell does not answer');
        isFailing = true;
      }
      await pause(ROUND_EVERY_MS, null, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** From doors-open on: an event that is open in the cell. */
  async #leadFromVenue(): Promise<void> {
    const { config, log } = this.#deps;
    const heads = [...this.#followers.values()].map(({ mirror }) => mirror.head?.value);
    const isOpen = heads.some((head) => head?.status === 'open' && head.decides !== null);
    if (config.venue.length === 0 || !isOpen || performance.now() < this.#lookAtLeaderAt) return;
    this.#lookAtLeaderAt = performance.now() + LEADER_EVERY_MS;
    const moved = await leadFromVenue(this.etcd);
    if (moved !== null) log.warn({ to: moved }, 'the cell is led from the ground from now on');
  }

  async #feedOne(event: number): Promise<void> {
    const { pool, self } = this.#deps;
    if (self !== 'hub') return await feedControls(pool, this.etcd, event, self);
    const fed = await feed(pool, this.etcd, event);
    this.#fed.set(event, fed.fence);
    if (fed.hasWritten) this.#headChanged(event);
  }

  /** Nobody waits for it: what is decided on an old head is refused by the cell. */
  #headChanged(event: number): void {
    this.#onHead(event).catch(() => {});
  }
}
