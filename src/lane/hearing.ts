// What others let in, brought and kept: pages by revision when the lane connects and after every gap,
// then as it happens. A page is taken only where it follows on what is held.
import { type ClaimsCursor, parseClaimsCursor, unpackClaim } from '#domain/sync/claims.ts';
import { type ClaimsPage, claimsPage } from '#protocol/claims.ts';
import type { Hub } from './hub.ts';
import type { ListStore } from './ports.ts';
import { Refusal } from './replies.ts';

/** Under this key the list store keeps how far the lane has heard. */
export const HEARD_THROUGH = 'heardThrough';

const PAGE_TIMEOUT_MS = 15_000;
const PAGES_MAX = 10_000;
const CURSOR_UNKNOWN = 410;
const NOT_THERE = 404;

export class Hearing {
  readonly #hub: Hub;
  readonly #store: ListStore;
  readonly #path: string;
  readonly #stop: AbortSignal;
  #turn: Promise<void> = Promise.resolve();

  constructor(hub: Hub, store: ListStore, event: string, stop: AbortSignal) {
    this.#hub = hub;
    this.#store = store;
    this.#path = `/api/v1/events/${encodeURIComponent(event)}/claims`;
    this.#stop = stop;
  }

  /** Brings everything up to now. */
  catchUp(): Promise<void> {
    return this.#inTurn(() => this.#fetch());
  }

  /** A page that the stream sent; what is missing before it is fetched. */
  hear(body: unknown): Promise<void> {
    const page = claimsPage.parse(body);
    return this.#inTurn(async () => {
      const held = await this.#held();
      const after = parseClaimsCursor(page.after);
      const cursor = parseClaimsCursor(page.cursor);
      if (after === null || cursor === null) return;
      const follows = held?.epoch === after.epoch && held.revision >= after.revision;
      if (!follows) return await this.#fetch();
      // What is older than what is held must not undo it.
      if (cursor.revision > held.revision) await this.#take(page);
    });
  }

  async #fetch(): Promise<void> {
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const page = await this.#page(await this.#store.get(HEARD_THROUGH));
      if (page === null) return;
      if (page === 'start-anew') {
        await this.#store.forgetHeard();
        continue;
      }
      await this.#take(page);
      if (!page.hasMore) return;
    }
  }

  async #page(since: string | null): Promise<ClaimsPage | 'start-anew' | null> {
    const query = since === null ? '' : `?since=${encodeURIComponent(since)}`;
    try {
      const call = { path: `${this.#path}${query}` };
      return await this.#hub.first(call, PAGE_TIMEOUT_MS, this.#stop, (body) =>
        claimsPage.parse(body),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === CURSOR_UNKNOWN && since !== null) return 'start-anew';
      // A server of an older version has no such pages: the lane goes without.
      if (error.status === NOT_THERE) return null;
      throw error;
    }
  }

  async #take(page: ClaimsPage): Promise<void> {
    const claims = page.claims.map((row) => unpackClaim(row, page));
    await this.#store.hear(
      claims.filter((claim) => claim !== null),
      page.cursor,
    );
  }

  async #held(): Promise<ClaimsCursor | null> {
    return parseClaimsCursor((await this.#store.get(HEARD_THROUGH)) ?? '');
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
