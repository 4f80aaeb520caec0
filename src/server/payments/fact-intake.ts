// All facts that a node hears pass through here, those of one event in batches: however many webhooks arrive
// at once, each event has one transaction under way for them.
import type { Pool } from 'pg';
import type { Log } from '#server/platform/log.ts';
import { type HeardFact, writeFacts } from './fact-store.ts';
import { loadPayments } from './payment-store.ts';
import { type FactDeps, takeFacts } from './take-facts.ts';

const BATCH_MAX = 200;

type Waiting = {
  readonly facts: readonly HeardFact[];
  resolve(): void;
  reject(error: unknown): void;
};

export class FactIntake {
  readonly #deps: FactDeps & { readonly pool: Pool; readonly log: Log };
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #atWork = new Map<number, Promise<void>>();
  /** Called when jobs may have been posted. */
  onTaken: () => void = () => {};

  constructor(deps: FactDeps & { readonly pool: Pool; readonly log: Log }) {
    this.#deps = deps;
  }

  /** Resolves when all of it is committed. Facts of payments that nobody has begun are kept for people. */
  async take(facts: readonly HeardFact[]): Promise<void> {
    if (facts.length === 0) return;
    const { pool } = this.#deps;
    const payments = await loadPayments(pool, [...new Set(facts.map(({ payment }) => payment))]);
    const byEvent = new Map<number, HeardFact[]>();
    const unmatched: HeardFact[] = [];
    for (const fact of facts) {
      const payment = payments.get(fact.payment);
      if (payment === undefined || payment.provider !== fact.provider) unmatched.push(fact);
      else byEvent.set(payment.event, [...(byEvent.get(payment.event) ?? []), fact]);
    }
    await Promise.all([
      this.#keepUnmatched(unmatched),
      ...[...byEvent].map(([event, ofEvent]) => this.#line(event, ofEvent)),
    ]);
    this.onTaken();
  }

  /** Waits for what is under way. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.#atWork.values());
  }

  async #keepUnmatched(facts: readonly HeardFact[]): Promise<void> {
    if (facts.length === 0) return;
    const { log, pool } = this.#deps;
    await writeFacts(
      pool,
      facts.map((fact) => ({ ...fact, decision: 'unmatched' })),
    );
    for (const { provider, id, kind } of facts) {
      log.error({ provider, fact: id, kind }, 'money of a payment that was not begun here');
    }
  }

  #line(event: number, facts: readonly HeardFact[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#waiting.get(event) ?? [];
      line.push({ facts, resolve, reject });
      this.#waiting.set(event, line);
      if (!this.#atWork.has(event)) this.#atWork.set(event, this.#work(event));
    });
  }

  async #work(event: number): Promise<void> {
    for (;;) {
      const line = this.#waiting.get(event) ?? [];
      const batch = line.splice(0, BATCH_MAX);
      if (batch.length === 0) break;
      await this.#takeBatch(event, batch);
    }
    this.#waiting.delete(event);
    this.#atWork.delete(event);
  }

  /** One that cannot be taken must not hold up the others. */
  async #takeBatch(event: number, batch: readonly Waiting[]): Promise<void> {
    try {
      await takeFacts(
        this.#deps,
        event,
        batch.flatMap(({ facts }) => facts),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error);
      for (const one of batch) await this.#takeBatch(event, [one]);
    }
  }
}
