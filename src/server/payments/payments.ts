// The parts of payments, put together for one node.
import type { Pool } from 'pg';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { Asking } from './call-places.ts';
import { QUERY_TIMES, type QueryTimes } from './carry-out.ts';
import { EventLines } from './event-lines.ts';
import { FactIntake } from './fact-intake.ts';
import type { Orders } from './orders-seam.ts';
import { type Payment, setProviderRef } from './payment-store.ts';
import type { PaymentProvider } from './provider.ts';
import { JOB_TIMES, JobRunner, type JobTimes } from './run-jobs.ts';
import { type Beginning, type NotBegun, writeBegun } from './write-begun.ts';

type PaymentsDeps = {
  readonly pool: Pool;
  readonly log: Log;
  readonly orders: Orders;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  /** Where buyers reach this site, without a slash at its end. */
  readonly publicUrl: () => string;
  readonly nowMs: Clock;
  readonly queries?: QueryTimes;
  readonly jobs?: JobTimes;
};

export class Payments {
  readonly pool: Pool;
  readonly log: Log;
  readonly orders: Orders;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly publicUrl: () => string;
  readonly nowMs: Clock;
  readonly queries: QueryTimes;
  readonly intake: FactIntake;
  /** Payments that buyers begin, by event. */
  readonly begins: EventLines<Beginning, Payment | NotBegun>;
  readonly asking = new Asking();
  readonly #runner: JobRunner;

  constructor({ queries = QUERY_TIMES, jobs = JOB_TIMES, ...deps }: PaymentsDeps) {
    this.pool = deps.pool;
    this.log = deps.log;
    this.orders = deps.orders;
    this.providers = deps.providers;
    this.publicUrl = deps.publicUrl;
    this.nowMs = deps.nowMs;
    this.queries = queries;
    this.intake = new FactIntake(deps);
    this.begins = new EventLines((event, all) =>
      this.orders.withStock(event, (client) => writeBegun(this, client, event, all)),
    );
    this.#runner = new JobRunner({ ...deps, intake: this.intake, queries }, jobs);
    this.intake.onTaken = () => this.#runner.wake();
  }

  start(): void {
    this.#runner.start();
  }

  /** Jobs may have been posted. */
  wake(): void {
    this.#runner.wake();
  }

  async stop(): Promise<void> {
    await this.begins.drain();
    await this.#runner.stop();
    await this.intake.drain();
  }

  async noteProviderRef(id: string, ref: string): Promise<void> {
    await setProviderRef(this.pool, id, ref);
  }
}
