// Asks providers for what was decided about money, for as long as it takes. What they answer are facts, taken
// like any other; a call that was cut off is made again under the same key.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Log } from '#server/platform/log.ts';
import { carryOut, type JobDeps } from './carry-out.ts';
import { type Job, postponeJob, takeJobs } from './job-store.ts';
import { ProviderFault } from './provider.ts';

export type JobTimes = {
  readonly pollMs: number;
  /** A node that has not finished by then is taken to be dead. */
  readonly leaseMs: number;
  /** Between attempts: doubles from the first to the last. */
  readonly againFirstMs: number;
  readonly againLastMs: number;
};

export const JOB_TIMES: JobTimes = {
  pollMs: 1_000,
  leaseMs: 60_000,
  againFirstMs: 1_000,
  againLastMs: 10 * 60_000,
};

const AT_ONCE_MAX = 16;
/** A shortened lesson of why: the whole of it may quote what the provider was sent. */
const TROUBLE_CHARS_MAX = 200;

export class JobRunner {
  readonly #deps: JobDeps & { readonly pool: Pool; readonly log: Log };
  readonly #times: JobTimes;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #wake = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;

  constructor(deps: JobDeps & { readonly pool: Pool; readonly log: Log }, times = JOB_TIMES) {
    this.#deps = deps;
    this.#times = times;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be something to do now. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Calls that are under way are waited for; what was not begun is left to others. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#loop;
    await Promise.all(this.#underWay);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const room = AT_ONCE_MAX - this.#underWay.size;
      const taken = room === 0 ? [] : await this.#take(room);
      for (const job of taken) this.#begin(job);
      if (taken.length > 0 && taken.length === room) continue;
      const slept = pause(this.#times.pollMs, null, { signal }).catch(() => {});
      await Promise.race([slept, this.#wake.promise]);
    }
  }

  async #take(limit: number): Promise<Job[]> {
    const { pool, log } = this.#deps;
    try {
      return await takeJobs(pool, limit, this.#times.leaseMs);
    } catch (error) {
      log.warn({ err: error }, 'payment jobs could not be taken; tried again shortly');
      return [];
    }
  }

  #begin(job: Job): void {
    const done = this.#attempt(job).finally(() => {
      this.#underWay.delete(done);
      this.wake();
    });
    this.#underWay.add(done);
  }

  async #attempt(job: Job): Promise<void> {
    const { pool, log } = this.#deps;
    try {
      await carryOut(this.#deps, job);
    } catch (error) {
      const isAway = error instanceof ProviderFault;
      const trouble = isAway ? error.message.slice(0, TROUBLE_CHARS_MAX) : 'failed at our end';
      const fields = { job: job.id, kind: job.kind, payment: job.payment, attempts: job.attempts };
      if (isAway) log.warn({ ...fields, trouble }, 'a provider did not answer; asked again later');
      else log.error({ ...fields, err: error }, 'a payment job failed; tried again later');
      await postponeJob(pool, job.id, this.#delayOf(job), trouble).catch(() => {});
    }
  }

  /** With a part left to chance, so that those that failed together do not come back together. */
  #delayOf({ attempts }: Job): number {
    const { againFirstMs, againLastMs } = this.#times;
    const delayMs = Math.min(againLastMs, againFirstMs * 2 ** Math.min(attempts - 1, 20));
    return delayMs * (0.75 + Math.random() / 2);
  }
}
