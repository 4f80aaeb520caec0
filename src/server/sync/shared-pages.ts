// Pages of the list that many lanes ask for at once: two hundred hear of a re-issue in the same moment and
// ask for what changed. Where the list stands is asked for each of them; what the page is, once.
import type { Pool } from 'pg';
import type { ListPage } from '#protocol/ticket-list.ts';
import { type Clock, iso } from '#server/platform/clock.ts';
import { listPage } from './list.ts';

/** Larger pages are shared while they are being made, and not kept. */
const KEPT_ROWS_MAX = 1_000;
const KEPT_MAX = 100;

export type Wanted = {
  readonly event: number;
  readonly since: string | null;
  readonly limit: number;
  /** A box's list, which may be behind the hub's for a moment. */
  readonly isCopy: boolean;
};

export class SharedPages {
  readonly #pool: Pool;
  readonly #now: Clock;
  /** By what is wanted and where the list stood: under one key a page is the same for ever. */
  readonly #pages = new Map<string, Promise<ListPage>>();

  constructor(pool: Pool, now: Clock) {
    this.#pool = pool;
    this.#now = now;
  }

  /** @throws HttpProblem as {@link listPage} */
  async get(wanted: Wanted): Promise<ListPage> {
    const { event, since, limit, isCopy } = wanted;
    const key = `${event} ${since} ${limit} ${isCopy} ${await this.#head(event)}`;
    const asOf = this.#now();
    const kept = this.#pages.get(key);
    // The list has not changed since it was made: it is as of now.
    if (kept !== undefined) return { ...(await kept), asOf: iso(asOf) };
    const made = listPage(this.#pool, event, since, limit, asOf, isCopy);
    this.#keep(key, made);
    return await made;
  }

  async #head(event: number): Promise<string> {
    const { rows } = await this.#pool.query<{ epoch: string; n: string }>({
      name: 'list-head',
      text: 'SELECT epoch, n FROM lists WHERE event = $1',
      values: [event],
    });
    return `${rows[0]?.epoch}:${rows[0]?.n}`;
  }

  #keep(key: string, made: Promise<ListPage>): void {
    const [oldest] = this.#pages.keys();
    if (this.#pages.size >= KEPT_MAX && oldest !== undefined) this.#pages.delete(oldest);
    this.#pages.set(key, made);
    const drop = () => {
      if (this.#pages.get(key) === made) this.#pages.delete(key);
    };
    made.then(({ tickets }) => {
      if (tickets.length > KEPT_ROWS_MAX) drop();
    }, drop);
  }
}
