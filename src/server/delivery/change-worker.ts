// Works changes of matches through, at whichever hub node comes first.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Log } from '#server/platform/log.ts';
import { CHANGE_LEASE_MS, type ChangeDeps, carryOutPage } from './carry-out-change.ts';
import { takeChange } from './event-changes.ts';

const LOOK_EVERY_MS = 1_000;

export class ChangeWorker {
  readonly #pool: Pool;
  readonly #deps: ChangeDeps;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(pool: Pool, deps: ChangeDeps, log: Log) {
    this.#pool = pool;
    this.#deps = deps;
    this.#log = log;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Carries one change out as far as it goes. @returns whether there was one */
  async workOnce(): Promise<boolean> {
    const change = await takeChange(this.#pool, this.#deps.now(), CHANGE_LEASE_MS);
    if (change === null) return false;
    while (!this.#stopping.signal.aborted && (await carryOutPage(this.#deps, change)));
    return true;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.workOnce();
      } catch (error) {
        // Its lease ends, and somebody goes on with it.
        this.#log.warn({ err: error }, 'a change of a match was interrupted');
      }
      await pause(LOOK_EVERY_MS, null, { signal }).catch(() => {});
    }
  }
}
