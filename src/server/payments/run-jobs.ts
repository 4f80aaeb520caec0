// Asks providers for what was decided about money, for as long as it takes. What they answer are facts, taken
// like any other; a call that was cut off is made again under the same key.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Log } from '#server/platform/log.ts';
import { CALL_LIMITS, type CallLimits, CallPlaces } from './call-places.ts';
import { carryOut, type JobDeps } from './carry-out.ts';
import { type Job, postponeJob, releaseJobs, takeJobs } from './job-store.ts';
import { loadPayments, type Payment } from './payment-store.ts';
import { PROVIDERS, ProviderFault } from './provider.ts';

export type JobTimes = {
  readonly pollMs: number;
  /** A node that has not finished by then is taken to be dead. */
  readonly leaseMs: number;
  /** Between attempts: doubles from the first to the last. */
  readonly againFirstMs: number;
  readonly againLastMs: number;
  /** A node that stops waits so long for its calls; what has not come back is left to the next node at once. */
  readonly stopWithinMs: number;
};

export const JOB_TIMES: JobTimes = {
  pollMs: 1_000,
  leaseMs: 20_000,
  againFirstMs: 1_000,
  againLastMs: 10 * 60_000,
  stopWithinMs: 3_000,
};

/** Those that end together are followed by others that are taken together. */
const GATHER_MS = 10;
const TAKEN_AT_ONCE_MAX = 64;
/** A shortened lesson of why: the whole of it may quote what the provider was sent. */
const TROUBLE_CHARS_MAX = 200;

type RunnerDeps = JobDeps & { readonly pool: Pool; readonly log: Log };

export class JobRunner {
  readonly #deps: RunnerDeps;
  readonly #times: JobTimes;
  readonly #stopping = new AbortController();
  readonly #underWay = new Map<Promise<void>, Job>();
  readonly #places: ReadonlyMap<string, CallPlaces>;
  #wake = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;

  constructor(deps: RunnerDeps, times = JOB_TIMES, limits: CallLimits = CALL_LIMITS) {
    this.#deps = deps;
    this.#times = times;
    const onRoom = () => this.wake();
    this.#places = new Map(PROVIDERS.map((name) => [name, new CallPlaces(limits, onRoom)]));
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** There may be something to do now. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Calls that are under way are waited for; what does not come back in time is left to others at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#loop;
    const ended = Promise.all(this.#underWay.keys()).then(() => {});
    await Promise.race([ended, pause(this.#times.stopWithinMs, null, { ref: false })]);
    await releaseJobs(this.#deps.pool, [...this.#underWay.values()]).catch(() => {});
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const wanted = this.#wanted();
      const taken = wanted.limit === 0 ? [] : await this.#take(wanted);
      for (const [job, payment] of taken) this.#begin(job, payment);
      if (taken.length === wanted.limit && this.#wanted().limit > 0) continue;
      const slept = pause(this.#times.pollMs, null, { signal }).catch(() => {});
      await Promise.race([slept, this.#wake.promise]);
      await pause(GATHER_MS, null, { signal }).catch(() => {});
    }
  }

  /** Never more than the fullest of those has room for; whoever has none does not hold up the others. */
  #wanted(): { readonly providers: readonly string[]; readonly limit: number } {
    const open = [...this.#places].filter(([, { room }]) => room > 0);
    const isFull = [...this.#deps.providers.keys()].every(
      (name) => this.#places.get(name)?.room === 0,
    );
    if (isFull && this.#deps.providers.size > 0) return { providers: [], limit: 0 };
    const limit = Math.min(TAKEN_AT_ONCE_MAX, ...open.map(([, { room }]) => room));
    return { providers: open.map(([name]) => name), limit };
  }

  async #take(wanted: {
    readonly providers: readonly string[];
    readonly limit: number;
  }): Promise<readonly (readonly [Job, Payment])[]> {
    const { pool, log } = this.#deps;
    try {
      const jobs = await takeJobs(pool, { ...wanted, leaseMs: this.#times.leaseMs });
      if (jobs.length === 0) return [];
      const payments = await loadPayments(pool, [...new Set(jobs.map((job) => job.payment))]);
      return jobs.flatMap((job) => {
        const payment = payments.get(job.payment);
        return payment === undefined ? [] : [[job, payment] as const];
      });
    } catch (error) {
      log.warn({ err: error }, 'payment jobs could not be taken; tried again shortly');
      return [];
    }
  }

  #begin(job: Job, payment: Payment): void {
    const places = this.#places.get(payment.provider);
    const attempt = () => this.#attempt(job, payment);
    const done = (places === undefined ? attempt() : places.call(attempt)).finally(() => {
      this.#underWay.delete(done);
    });
    this.#underWay.set(done, job);
  }

  async #attempt(job: Job, payment: Payment): Promise<void> {
    const { pool, log } = this.#deps;
    try {
      await carryOut(this.#deps, job, payment);
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
