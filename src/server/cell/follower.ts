// One event in the cell, followed from a revision on: into the counts that this node decides on at once, and into
// its PostgreSQL as soon as that takes it. A member that falls silent is left for another; a past that has been
// cleared away is read again from the beginning.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { followedOf, type Written, writeDown } from './archive.ts';
import { loadEntered } from './entered.ts';
import type { Etcd } from './etcd.ts';
import { EtcdError } from './etcd-error.ts';
import { type CellEvent, EventMirror } from './mirror.ts';
import { type EventKeys, type Head, parseKey, readValue } from './records.ts';
import { type WatchLine, wholeRevisions } from './watch-line.ts';
import { base64, endOf, type Kv, kvOf } from './wire.ts';

const LOOK_EVERY_MS = 500;
const RETRY_EVERY_MS = 200;
const WRITTEN_AT_ONCE_MAX = 2_000;

export type FollowerDeps = {
  readonly etcd: Etcd;
  readonly pool: Pool;
  readonly log: Log;
  readonly now: Clock;
  readonly onWritten: (event: number, written: Written) => void;
  readonly onHead: (event: number) => void;
};

export class Follower {
  readonly mirror: EventMirror;
  isReady = false;
  /** The revision of the last write that is to be written down here. */
  lastDecision = 0;
  readonly #deps: FollowerDeps;
  readonly #event: number;
  readonly #keys: EventKeys;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<{ readonly revision: number; readonly go: () => void }>();
  #queue: CellEvent[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** The claim store that is followed, by its name. */
  #epoch = '';
  /** Counts upwards with each member that fell silent. */
  #member = 0;
  #listening = new AbortController();
  readonly #running: Promise<void>;

  constructor(event: number, keys: EventKeys, deps: FollowerDeps) {
    this.#deps = deps;
    this.#event = event;
    this.#keys = keys;
    this.mirror = new EventMirror(event);
    this.#running = Promise.all([this.#run(), this.#look()]).then(() => {});
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#listening.abort();
    await this.#running;
    await this.#writing;
  }

  /** @returns whether what the cell had at that revision has arrived in time */
  reached(revision: number, withinMs: number): Promise<boolean> {
    if (this.isReady && this.mirror.revision >= revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { revision, go: () => done(true) };
      const timer = setTimeout(() => done(false), withinMs);
      const done = (isThere: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        resolve(isThere);
      };
      this.#waiting.add(waiter);
    });
  }

  async #run(): Promise<void> {
    const { log } = this.#deps;
    let isFailing = false;
    while (!this.#stop.signal.aborted) {
      try {
        if (!this.isReady) await this.#begin();
        isFailing = false;
        if (this.isReady) await this.#listen();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (error instanceof EtcdError && error.isCompacted) this.isReady = false;
        else if (!isFailing && !this.#listening.signal.aborted) {
          log.warn({ err: error, event: this.#event }, 'the cell is not followed just now');
        }
        isFailing = true;
        this.#member += 1;
      }
      await pause(RETRY_EVERY_MS, null, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** From where this store's PostgreSQL has come to; from the beginning if the cell has not that any more. */
  async #begin(): Promise<void> {
    const { etcd, pool } = this.#deps;
    const { kvs } = await etcd.getMany([this.#keys.head]);
    const headKv = kvs.get(this.#keys.head);
    if (headKv === undefined) return;
    this.mirror.takeHead(headKv);
    const head = readValue<Head>(headKv);
    // Kept ready, or being loaded: what there is to follow begins when the cell decides.
    if (head.decides === null) return;
    this.#epoch = head.epoch;
    await this.#settleWriting();
    const followed = await followedOf(pool, this.#event);
    try {
      const isSame = followed?.epoch === head.epoch && followed.entryEpoch === head.entryEpoch;
      if (!isSame) throw new EtcdError(11, 'compacted: not followed yet');
      const kv = await this.#pulseAt(followed.revision);
      await this.#countFrom(followed.revision, Number(kv?.version ?? 0), head);
    } catch (error) {
      if (!(error instanceof EtcdError && error.isCompacted)) throw error;
      if (!(await this.#readWhole(head))) return;
    }
    this.isReady = true;
    this.#wake();
    this.#deps.onHead(this.#event);
  }

  async #pulseAt(revision: number): Promise<Kv | undefined> {
    const body = { key: base64(this.#keys.pulse), revision: String(Math.max(1, revision)) };
    const answer = (await this.#deps.etcd.call('/v3/kv/range', body)) as { kvs?: never[] };
    return (answer.kvs ?? []).map(kvOf)[0];
  }

  async #countFrom(revision: number, pulse: number, head: Head): Promise<void> {
    const { pool, now } = this.#deps;
    const { rows } = await pool.query<{ scopes: string[]; inside: number[]; revision: string }>(
      `SELECT h.scopes, h.inside, f.revision FROM claim_heads h
       JOIN cell_followed f ON f.event = h.event WHERE h.event = $1`,
      [this.#event],
    );
    // Another server on this database may have gone on in between: then its counts are of later.
    if (Number(rows[0]?.revision) !== revision) throw new Error('followed by another meanwhile');
    const { mirror } = this;
    mirror.inside.clear();
    rows[0]?.scopes.forEach((scope, index) => {
      mirror.inside.set(scope, rows[0]?.inside[index] ?? 0);
    });
    for (const entry of await loadEntered(pool, this.#event, head, now())) mirror.countEntry(entry);
    mirror.revision = revision;
    mirror.pulse = pulse;
    mirror.countedEpoch = head.entryEpoch;
  }

  /** @returns false while this store holds that another decides the event */
  async #readWhole(head: Head): Promise<boolean> {
    const { etcd, pool, now } = this.#deps;
    const revision = await etcd.head();
    const pulse = await this.#pulseAt(Number(revision));
    const events: CellEvent[] = [];
    for (const kind of ['c', 's', 'x']) {
      for await (const kvs of etcd.scan(`${this.#keys.root}${kind}/`, revision)) {
        for (const kv of kvs) {
          const parsed = parseKey(etcd.config.prefix, kv.key);
          if (parsed !== null) events.push({ ...parsed, kv, before: null, isGone: false });
        }
      }
    }
    const through = Number(revision);
    const written = await writeDown(pool, this.#event, head, events, through, true, now());
    if (written === null) return false;
    await this.#countFrom(through, Number(pulse?.version ?? 0), head);
    return true;
  }

  async #listen(): Promise<void> {
    const { etcd } = this.#deps;
    this.#listening = new AbortController();
    const member = etcd.members[this.#member % etcd.members.length];
    if (member === undefined) throw new Error('a cell has members');
    const create_request = {
      key: base64(this.#keys.root),
      range_end: endOf(this.#keys.root),
      start_revision: String(this.mirror.revision + 1),
      prev_kv: true,
    };
    const text = JSON.stringify({ create_request });
    const { signal } = this.#listening;
    for await (const line of member.listen('/v3/watch', text, await etcd.token(), signal)) {
      const { result, error } = line as WatchLine;
      if (error !== undefined) throw new EtcdError(error.grpc_code ?? 0, error.message ?? '');
      if (result?.compact_revision !== undefined) throw new EtcdError(11, 'compacted');
      if (result?.canceled === true) throw new EtcdError(14, result.cancel_reason ?? 'cancelled');
      if (result?.events !== undefined) this.#take(result.events);
    }
  }

  #take(raw: NonNullable<NonNullable<WatchLine['result']>['events']>): void {
    const { mirror } = this;
    let hasHead = false;
    let isAnother = false;
    for (const { type, kv: rawKv, prev_kv } of raw) {
      const kv = kvOf(rawKv);
      const parsed = parseKey(this.#deps.etcd.config.prefix, kv.key);
      if (parsed === null) continue;
      const before = prev_kv === undefined ? null : kvOf(prev_kv);
      const event: CellEvent = { ...parsed, kv, before, isGone: type === 'DELETE' };
      mirror.apply(event);
      mirror.revision = Math.max(mirror.revision, Number(kv.modRevision));
      if (['c', 's', 'x'].includes(event.what.kind) && !event.isGone) {
        this.#queue.push(event);
        this.lastDecision = Number(kv.modRevision);
      }
      if (event.what.kind !== 'head') continue;
      hasHead = true;
      isAnother ||= event.isGone || readValue<Head>(kv).epoch !== this.#epoch;
    }
    this.#wake();
    this.#write();
    if (!hasHead) return;
    if (isAnother) {
      // Loaded anew, or cleared away: nothing of before counts.
      this.isReady = false;
      this.#listening.abort();
    }
    this.#deps.onHead(this.#event);
  }

  #wake(): void {
    if (!this.isReady) return;
    for (const waiter of [...this.#waiting]) {
      if (waiter.revision <= this.mirror.revision) waiter.go();
    }
  }

  #write(): void {
    if (this.#isWriting || this.#queue.length === 0) return;
    this.#isWriting = true;
    this.#writing = this.#writeAll().finally(() => {
      this.#isWriting = false;
    });
  }

  async #writeAll(): Promise<void> {
    const { pool, log, now, onWritten } = this.#deps;
    let isFailing = false;
    while (this.#queue.length > 0 && this.mirror.head !== null) {
      const part = wholeRevisions(this.#queue, WRITTEN_AT_ONCE_MAX);
      const through = Number(part.at(-1)?.kv.modRevision ?? 0);
      try {
        const head = this.mirror.head.value;
        // Loaded anew meanwhile: read as a whole, soon.
        if (head.epoch !== this.#epoch) return;
        const written = await writeDown(pool, this.#event, head, part, through, false, now());
        // Not the cell's here: looked at again in a while.
        if (written === null) return;
        this.#queue = this.#queue.slice(part.length);
        isFailing = false;
        onWritten(this.#event, written);
      } catch (error) {
        if (!isFailing)
          log.warn({ err: error, event: this.#event }, 'decisions not written down yet');
        isFailing = true;
        if (this.#stop.signal.aborted) return;
        await pause(RETRY_EVERY_MS);
      }
    }
  }

  async #settleWriting(): Promise<void> {
    this.#queue = [];
    await this.#writing;
  }

  /** A member that is cut off goes on saying nothing: a majority is asked whether there was something. */
  async #look(): Promise<void> {
    const { etcd } = this.#deps;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await pause(LOOK_EVERY_MS, null, { signal }).catch(() => {});
      if (!this.isReady || signal.aborted) continue;
      this.#write();
      try {
        const { kvs } = await etcd.getMany([this.#keys.pulse, this.#keys.head]);
        const there = Math.max(0, ...[...kvs.values()].map((kv) => Number(kv.modRevision)));
        if (await this.reached(there, LOOK_EVERY_MS)) continue;
        this.#listening.abort();
      } catch {
        // Nobody answers: there is nothing to hear either.
      }
    }
  }
}
