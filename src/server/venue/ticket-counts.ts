// How many tickets each event has. Counting a stadium's takes tens of milliseconds of the database, and screens ask
// every few seconds: it is counted again only when a list has changed, and then for a tenth of the time at most.
import type { Pool } from 'pg';

type Counted = {
  readonly change: string;
  readonly tickets: number;
  readonly at: number;
  readonly tookMs: number;
};

const SHARE_OF_TIME = 10;

export class TicketCounts {
  readonly #pool: Pool;
  readonly #counted = new Map<number, Counted>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @returns tickets by the number of the event, those cancelled left out; an event without any is not in it */
  async byEvent(): Promise<ReadonlyMap<number, number>> {
    const { rows } = await this.#pool.query<{ event: number; change: string }>(
      `SELECT event, epoch || ':' || n AS change FROM lists`,
    );
    const changeOf = new Map(rows.map(({ event, change }) => [event, change]));
    const stale = rows.filter(({ event, change }) => this.#isStale(event, change));
    if (stale.length > 0) await this.#count(stale, changeOf);
    return new Map([...this.#counted].map(([event, { tickets }]) => [event, tickets]));
  }

  #isStale(event: number, change: string): boolean {
    const counted = this.#counted.get(event);
    if (counted === undefined) return true;
    const { at, tookMs } = counted;
    return counted.change !== change && performance.now() - at >= tookMs * SHARE_OF_TIME;
  }

  async #count(
    stale: readonly { readonly event: number }[],
    changeOf: ReadonlyMap<number, string>,
  ): Promise<void> {
    const startedAt = performance.now();
    const events = stale.map(({ event }) => event);
    const { rows } = await this.#pool.query<{ event: number; tickets: number }>(
      `SELECT e.event, count(t.serial)::integer AS tickets
       FROM unnest($1::integer[]) AS e (event)
       LEFT JOIN tickets t ON t.event = e.event AND t.status <> 'cancelled' GROUP BY e.event`,
      [events],
    );
    const at = performance.now();
    for (const { event, tickets } of rows) {
      const change = changeOf.get(event) ?? '';
      this.#counted.set(event, { change, tickets, at, tookMs: at - startedAt });
    }
  }
}
