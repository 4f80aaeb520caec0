import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { type Cluster, DATABASE, freeBytes, USER } from './cluster.ts';
import { initialise } from './initialise.ts';
import { stopLeftovers } from './leftovers.ts';
import { type Postmaster, rotateLog, shutDown, startPostmaster } from './postmaster.ts';
import { removeSocketDirectory, SOCKET_PORT } from './socket-directory.ts';
import { explainExit, PostgresStartError } from './start-error.ts';

/** To be handed to `new pg.Pool(…)` as it is. */
export type PostgresConnection = { host: string; port: number; user: string; database: string };

export type SupervisorEvents = {
  log: Log;
  /** PostgreSQL has died (`SIGKILL`, `code 1`) and is being restarted; until onUp no query will succeed. */
  onDown?: ((how: string) => void) | undefined;
  onUp?: (() => void) | undefined;
  /** It died or failed to start too often in a row, and no further attempt will be made. */
  onGivenUp?: ((error: Error) => void) | undefined;
};

/** Attempts for three quarters of a minute, with the delays below; the first few without any. */
const FAILURES_MAX = 12;
const FAILURES_WITHOUT_DELAY = 3;
const BACKOFF_MS = 250;
const BACKOFF_MS_MAX = 10_000;
/** With a full disk it is tried for ever: as soon as there is this much room, and now and then. */
const ROOM_BYTES = 32 * 1024 * 1024;
const ROOM_POLL_MS = 500;
const ROOM_WAIT_MS_MAX = 30_000;
/** Having run this long, a death is not counted together with the one before. */
const STABLE_MS = 5_000;

/** Keeps one PostgreSQL running until it is told to stop. */
export class Supervisor implements AsyncDisposable {
  readonly connection: PostgresConnection;
  readonly #cluster: Cluster;
  readonly #events: SupervisorEvents;
  readonly #releaseLock: () => void;
  readonly #stopping = new AbortController();
  #postmaster: Postmaster | null = null;
  #isDiskFull = false;
  #supervision: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  constructor(cluster: Cluster, events: SupervisorEvents, releaseLock: () => void) {
    this.#cluster = cluster;
    this.#events = events;
    this.#releaseLock = releaseLock;
    const { socketDir } = cluster;
    this.connection = { host: socketDir, port: SOCKET_PORT, user: USER, database: DATABASE };
  }

  /** Of the postmaster that runs now; 0 while there is none. */
  pid(): number {
    return this.#postmaster?.pid ?? 0;
  }

  /** PostgreSQL is down and will stay so until somebody makes room on its disk. */
  isDiskFull(): boolean {
    return this.#isDiskFull;
  }

  async start(): Promise<void> {
    const { log } = this.#events;
    const began = performance.now();
    await this.#clearLeftovers();
    rotateLog(this.#cluster.logPath);
    if (this.#cluster.isNew) await initialise(this.#cluster);
    this.#postmaster = await startPostmaster(this.#cluster, this.#stopping.signal);
    const ms = Math.round(performance.now() - began);
    log.info({ pid: this.pid(), dir: this.#cluster.dir, ms }, 'PostgreSQL is up');
    this.#supervision = this.#supervise(this.#postmaster);
  }

  /** Shuts PostgreSQL down, disconnecting whoever is connected. May be called again: the answer is the same. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#postmaster) await shutDown(this.#postmaster);
    await this.#supervision;
    // Told to stop between a death and the restart: what the death left over is still there.
    await this.#clearLeftovers();
    removeSocketDirectory(this.#cluster.socketDir);
    this.#releaseLock();
  }

  async #supervise(first: Postmaster): Promise<void> {
    const { log, onDown, onUp, onGivenUp } = this.#events;
    let failures = 0;
    for (let postmaster: Postmaster | null = first; postmaster; ) {
      const upSince = performance.now();
      const how: string = await postmaster.exited;
      this.#postmaster = null;
      if (this.#stopping.signal.aborted) return;
      const diedAt = performance.now();
      this.#isDiskFull = this.#diedOfFullDisk(postmaster, how);
      if (this.#isDiskFull || diedAt - upSince > STABLE_MS) failures = 0;
      log.error({ how, lastLines: postmaster.lastLines() }, 'PostgreSQL died; restarting it');
      onDown?.(how);
      const restarted = await this.#restart(failures);
      if (restarted === null) return;
      if (restarted instanceof Error) {
        log.error({ reason: restarted.message }, 'PostgreSQL does not stay up; giving up');
        onGivenUp?.(restarted);
        return;
      }
      failures = restarted.failures + 1;
      postmaster = this.#postmaster = restarted.postmaster;
      this.#isDiskFull = false;
      const ms = Math.round(performance.now() - diedAt);
      log.info({ pid: postmaster.pid, ms }, 'PostgreSQL is up again');
      onUp?.();
    }
  }

  /** @returns null when told to stop meanwhile, the last error when `FAILURES_MAX` is reached */
  async #restart(
    earlier: number,
  ): Promise<{ postmaster: Postmaster; failures: number } | Error | null> {
    const { signal } = this.#stopping;
    let last = new Error(`PostgreSQL died ${earlier + 1} times in a row`);
    for (let failures = earlier; failures < FAILURES_MAX; ) {
      const counted = failures - FAILURES_WITHOUT_DELAY;
      const waitMs = counted < 0 ? 0 : Math.min(BACKOFF_MS * 2 ** counted, BACKOFF_MS_MAX);
      try {
        if (this.#isDiskFull) await this.#waitForRoom();
        else await delay(waitMs, undefined, { signal });
        await this.#clearLeftovers();
        const postmaster = await startPostmaster(this.#cluster, signal);
        if (!signal.aborted) return { postmaster, failures };
        await shutDown(postmaster);
        return null;
      } catch (error) {
        if (signal.aborted) return null;
        last = error as Error;
        this.#isDiskFull = last instanceof PostgresStartError && last.code === 'disk-full';
        if (!this.#isDiskFull) failures += 1;
        this.#events.log.warn({ failures, reason: last.message }, 'PostgreSQL did not start');
      }
    }
    return last;
  }

  #diedOfFullDisk(postmaster: Postmaster, how: string): boolean {
    const { dir } = this.#cluster;
    const lines = postmaster.lastLines();
    return explainExit('postgres', how, lines, dir, freeBytes(dir)).code === 'disk-full';
  }

  async #waitForRoom(): Promise<void> {
    const { signal } = this.#stopping;
    const deadline = performance.now() + ROOM_WAIT_MS_MAX;
    do {
      await delay(ROOM_POLL_MS, undefined, { signal });
    } while (freeBytes(this.#cluster.dir) < ROOM_BYTES && performance.now() < deadline);
  }

  async #clearLeftovers(): Promise<void> {
    const pids = await stopLeftovers(this.#cluster);
    if (pids.length === 0) return;
    this.#events.log.warn({ pids }, 'Ended PostgreSQL processes left over from before');
  }
}
