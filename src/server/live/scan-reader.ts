// Verdicts in the order of their revisions, whichever node decided them: what a console hears does not
// depend on the node that it listens at, and one that comes back goes on where it was.
import type { Pool } from 'pg';
import type { LiveScan } from '#protocol/live.ts';
import { iso } from '#server/platform/clock.ts';

/** So many at once; a console that has missed more is told to look anew. */
const SCANS_MISSED_MAX = 2_000;
const SCANS_AT_ONCE_MAX = 1_000;
/** Told again rather than remembered for ever: each has a number. */
const AHEAD_MAX = 50_000;

export class ScanReader {
  readonly #pool: Pool;
  readonly #event: number;
  /** Told through here; null: nobody listens yet. */
  #through: number | null = null;
  /** Revisions beyond that which were told as this node decided them. */
  readonly #ahead = new Set<number>();

  constructor(pool: Pool, event: number) {
    this.#pool = pool;
    this.#event = event;
  }

  /** What everybody who listens has been told, or was given when they came. */
  get through(): number {
    return this.#through ?? 0;
  }

  async begin(): Promise<void> {
    this.#through ??= await this.#head();
  }

  end(): void {
    this.#through = null;
    this.#ahead.clear();
  }

  toldAhead(revision: number): void {
    if (this.#ahead.size >= AHEAD_MAX) this.#ahead.clear();
    this.#ahead.add(revision);
  }

  /** What was decided since the last call, less what was told ahead. */
  async next(): Promise<readonly LiveScan[]> {
    if (this.#through === null) return [];
    const head = await this.#head();
    // An older copy has come up: from there on.
    if (head < this.#through) this.#through = head;
    if (head === this.#through) return [];
    const scans = await this.#between(this.#through, head, SCANS_AT_ONCE_MAX);
    // Numbers may be missing, for what a journal has moved: the head says how far this look came.
    this.#through = scans.length < SCANS_AT_ONCE_MAX ? head : (scans.at(-1)?.revision ?? head);
    return scans.filter(({ revision }) => !this.#ahead.delete(revision));
  }

  /** What somebody has missed who heard all up to `after`; null: too much to tell. */
  async missed(after: number): Promise<readonly LiveScan[] | null> {
    if (after > this.through) return null;
    const scans = await this.#between(after, this.through, SCANS_MISSED_MAX + 1);
    return scans.length > SCANS_MISSED_MAX ? null : scans;
  }

  async #head(): Promise<number> {
    const { rows } = await this.#pool.query<{ revision: string }>(
      'SELECT revision FROM claim_heads WHERE event = $1',
      [this.#event],
    );
    return Number(rows[0]?.revision ?? 0);
  }

  async #between(after: number, through: number, limit: number): Promise<LiveScan[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT revision, gate, lane, direction, verdict, reason, rung, decided_at FROM scans
       WHERE event = $1 AND revision > $2 AND revision <= $3 ORDER BY revision LIMIT $4`,
      [this.#event, after, through, limit],
    );
    return rows.map(({ revision, decided_at, ...scan }) => ({
      revision: Number(revision),
      ...scan,
      at: iso(decided_at.getTime()),
    }));
  }
}

type Row = Omit<LiveScan, 'revision' | 'at'> & { revision: string; decided_at: Date };
