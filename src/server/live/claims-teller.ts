// Tells lanes of crossings: soon after this node has decided or heard of some, and once a second of those
// that other nodes, journals and annulments brought.
import type { Pool } from 'pg';
import { CLAIMS_PAGE_MAX, type ClaimsPage } from '#protocol/claims.ts';
import { claimsHeadOf, claimsPageOf } from '#server/entry/claims-page.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';

export class ClaimsTeller {
  readonly #pool: Pool;
  readonly #event: number;
  /** What all lanes that listen here have been told, or can fetch; null: none listens yet. */
  #told: string | null = null;
  /** Up to where lanes were sent something; since then nobody has crossed. */
  #sent = '';

  constructor(pool: Pool, event: number) {
    this.#pool = pool;
    this.#event = event;
  }

  /** A lane has begun to listen: it fetches what is before, and hears what is after. */
  async begin(): Promise<void> {
    if (this.#told === null) await this.#restart();
  }

  /** No lane listens any more. */
  end(): void {
    this.#told = null;
  }

  /** Pages that nobody here has been told yet; each follows on the one before. */
  async next(): Promise<ClaimsPage[]> {
    const pages: ClaimsPage[] = [];
    while (this.#told !== null) {
      const page = await this.#page(this.#told);
      if (page === null) break;
      if (page.claims.length > 0) {
        pages.push({ ...page, after: this.#sent });
        this.#sent = page.cursor;
      }
      this.#told = page.cursor;
      if (!page.hasMore) break;
    }
    return pages;
  }

  /** @returns null when the store is another than it was: lanes find the gap and fetch */
  async #page(after: string): Promise<ClaimsPage | null> {
    try {
      return await claimsPageOf(this.#pool, this.#event, after, CLAIMS_PAGE_MAX);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      await this.#restart();
      return null;
    }
  }

  async #restart(): Promise<void> {
    this.#told = await claimsHeadOf(this.#pool, this.#event);
    this.#sent = this.#told;
  }
}
