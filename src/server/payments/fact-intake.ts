// All facts that a node hears pass through here, those of one event in batches. What is known already, as most of
// what is told a second time, costs one look and no place in that line.
import type { Pool } from 'pg';
import type { Log } from '#server/platform/log.ts';
import { EventLines } from './event-lines.ts';
import { type HeardFact, writeFacts } from './fact-store.ts';
import { finishJobs, type JobEnd } from './job-store.ts';
import { type KnownFacts, loadKnown } from './known-facts.ts';
import { type FactDeps, type Heard, takeFacts } from './take-facts.ts';

export class FactIntake {
  readonly #deps: FactDeps & { readonly pool: Pool; readonly log: Log };
  readonly #lines: EventLines<Heard, 'taken'>;
  /** Called when jobs may have been posted. */
  onTaken: () => void = () => {};

  constructor(deps: FactDeps & { readonly pool: Pool; readonly log: Log }) {
    this.#deps = deps;
    this.#lines = new EventLines(async (event, items) => {
      const facts = items.flatMap((item) => item.facts);
      const ended = items.flatMap((item) => item.ended);
      await takeFacts(deps, event, { facts, ended });
      return items.map(() => 'taken' as const);
    });
  }

  /**
   * Resolves when all of it is committed. Facts of payments that nobody has begun are kept for people.
   *
   * @param ended - the job whose answer these facts are: it is done when they are taken
   */
  async take(facts: readonly HeardFact[], ended: JobEnd | null = null): Promise<void> {
    const { pool } = this.#deps;
    const known = await loadKnown(pool, [...new Set(facts.map(({ payment }) => payment))]);
    const byEvent = new Map<number, HeardFact[]>();
    const unmatched: HeardFact[] = [];
    for (const fact of facts) {
      const of = known.get(fact.payment);
      if (of === undefined || of.provider !== fact.provider) unmatched.push(fact);
      else if (!isKnown(of, fact)) byEvent.set(of.event, [...(byEvent.get(of.event) ?? []), fact]);
    }
    await this.#keepUnmatched(unmatched);
    const ends = ended === null ? [] : [ended];
    if (byEvent.size === 0) return await finishJobs(pool, ends);
    await Promise.all(
      [...byEvent].map(([event, ofEvent], at) =>
        this.#lines.add(event, { facts: ofEvent, ended: at === 0 ? ends : [] }),
      ),
    );
    this.onTaken();
  }

  /** Waits for what is under way. */
  async drain(): Promise<void> {
    await this.#lines.drain();
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
}

function isKnown({ decided }: KnownFacts, { id }: HeardFact): boolean {
  return decided.has(id);
}
