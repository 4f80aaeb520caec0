// Conflicts that are new, or settled, since this node last looked; whichever node noted them.
import type { Pool } from 'pg';
import type { Passage } from '#domain/entry/crossings.ts';
import type { ConflictView } from '#protocol/live.ts';
import { iso } from '#server/platform/clock.ts';

const CONFLICTS_MAX = 1_000;

type Row = {
  device: string;
  scan_id: string;
  ref: string | null;
  checkpoint: string;
  holder: Passage;
  intruder: Passage;
  noted_at: Date;
  resolved_at: Date | null;
};

export class ConflictReader {
  readonly #pool: Pool;
  readonly #event: number;
  /** By the intruder's scan: as it was told last. Null: nobody listens yet. */
  #told: Map<string, string> | null = null;

  constructor(pool: Pool, event: number) {
    this.#pool = pool;
    this.#event = event;
  }

  /** Somebody has begun to listen: they fetch what is before. */
  async begin(): Promise<void> {
    this.#told ??= new Map((await this.#rows()).map((row) => [keyOf(row), textOf(row)]));
  }

  async next(): Promise<ConflictView[]> {
    const told = this.#told;
    if (told === null) return [];
    const changed = (await this.#rows()).filter((row) => told.get(keyOf(row)) !== textOf(row));
    for (const row of changed) told.set(keyOf(row), textOf(row));
    return changed.reverse().map((row) => ({
      ticketRef: row.ref,
      checkpoint: row.checkpoint,
      holder: placeOf(row.holder),
      intruder: placeOf(row.intruder),
      notedAt: iso(row.noted_at.getTime()),
      resolvedAt: row.resolved_at === null ? null : iso(row.resolved_at.getTime()),
    }));
  }

  /** Latest first. */
  async #rows(): Promise<Row[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT c.device, c.scan_id, t.ref, c.checkpoint, c.holder, c.intruder, c.noted_at, c.resolved_at
       FROM conflicts c LEFT JOIN tickets t ON t.event = c.event AND t.serial = c.serial
       WHERE c.event = $1 ORDER BY c.noted_at DESC, c.serial LIMIT $2`,
      [this.#event, CONFLICTS_MAX],
    );
    return rows;
  }
}

function keyOf({ device, scan_id }: Row): string {
  return `${device}/${scan_id}`;
}

function textOf({ holder, intruder, resolved_at }: Row): string {
  return JSON.stringify([holder, intruder, resolved_at]);
}

function placeOf({ gate, lane, at }: Passage) {
  return { gate, lane, at: iso(at) };
}
