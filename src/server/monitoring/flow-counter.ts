// Scans of an event added up by gate and device, and by minute. Counted once in full and then only what is
// new; a full count now and then takes in what was annulled.
import type { Pool } from 'pg';
import type { Direction, Reason, Rung, Verdict } from '#domain/entry/verdict.ts';

const MINUTE_MS = 60_000;
export const RECENT_MINUTES = 12;
const RECOUNT_AFTER_MS = 60_000;

export type Tally = {
  readonly gate: string;
  readonly device: string;
  readonly direction: Direction;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly rung: Rung;
  n: number;
  lastAt: number;
};

type Recent = {
  readonly gate: string;
  readonly device: string;
  readonly at: number;
  readonly n: number;
};
type Minute = { entered: number; left: number; refused: number };

export class FlowCounter {
  readonly #pool: Pool;
  readonly #event: number;
  #revision = 0;
  #countedAt = 0;
  #tallies = new Map<string, Tally>();
  #minutes = new Map<string, Map<number, Minute>>();
  #recent: Recent[] = [];

  constructor(pool: Pool, event: number) {
    this.#pool = pool;
    this.#event = event;
  }

  get tallies(): Iterable<Tally> {
    return this.#tallies.values();
  }

  get revision(): number {
    return this.#revision;
  }

  /** @returns the revision counted up to */
  async refresh(now: number): Promise<number> {
    const { rows } = await this.#pool.query<{ revision: string }>(
      'SELECT revision FROM claim_heads WHERE event = $1',
      [this.#event],
    );
    const revision = Number(rows[0]?.revision ?? 0);
    const isRecount = now - this.#countedAt > RECOUNT_AFTER_MS || revision < this.#revision;
    if (isRecount || revision > this.#revision) {
      await this.#count(isRecount ? 0 : this.#revision, revision, now);
      if (isRecount) this.#countedAt = now;
    }
    this.#recent = this.#recent.filter(({ at }) => at > now - RECENT_MINUTES * MINUTE_MS);
    return revision;
  }

  /** Entries of these milliseconds before `now`. @param skipMs - leaves out the latest */
  entered(
    now: number,
    ms: number,
    of: { gate?: string; device?: string } = {},
    skipMs = 0,
  ): number {
    let n = 0;
    for (const each of this.#recent) {
      if (of.gate !== undefined && each.gate !== of.gate) continue;
      if (of.device !== undefined && each.device !== of.device) continue;
      if (each.at > now - skipMs - ms && each.at <= now - skipMs) n += each.n;
    }
    return n;
  }

  /** What happened in each minute from `from` on, up to and with the one of `now`. @param gate - null: all */
  series(gate: string | null, from: number, now: number): Minute[] {
    const first = Math.floor(from / MINUTE_MS);
    const length = Math.max(0, Math.floor(now / MINUTE_MS) - first + 1);
    const sums = Array.from({ length }, () => ({ entered: 0, left: 0, refused: 0 }));
    for (const [id, minutes] of this.#minutes) {
      if (gate !== null && id !== gate) continue;
      for (const [minute, counts] of minutes) {
        const sum = sums[minute - first];
        if (sum === undefined) continue;
        sum.entered += counts.entered;
        sum.left += counts.left;
        sum.refused += counts.refused;
      }
    }
    return sums;
  }

  async #count(from: number, to: number, now: number): Promise<void> {
    const range = [this.#event, from, to];
    const since = new Date(now - RECENT_MINUTES * MINUTE_MS);
    const [tallies, minutes, recent] = await Promise.all([
      this.#pool.query<TallyRow>(TALLIES, range),
      this.#pool.query<MinuteRow>(MINUTES, range),
      this.#pool.query<RecentRow>(RECENT, [...range, since]),
    ]);
    if (from === 0) {
      this.#tallies = new Map();
      this.#minutes = new Map();
      this.#recent = [];
    }
    this.#revision = to;
    for (const row of tallies.rows) this.#addTally(row);
    for (const row of minutes.rows) this.#addMinute(row);
    for (const { gate, device, second, n } of recent.rows) {
      this.#recent.push({ gate, device, at: Number(second) * 1_000, n: Number(n) });
    }
  }

  #addTally({ n, last_at, ...row }: TallyRow): void {
    const key = [row.gate, row.device, row.direction, row.verdict, row.reason, row.rung].join('\n');
    const tally = this.#tallies.get(key) ?? { ...row, n: 0, lastAt: 0 };
    tally.n += Number(n);
    tally.lastAt = Math.max(tally.lastAt, last_at.getTime());
    this.#tallies.set(key, tally);
  }

  #addMinute({ gate, minute, entered, left, refused }: MinuteRow): void {
    const minutes = this.#minutes.get(gate) ?? new Map<number, Minute>();
    this.#minutes.set(gate, minutes);
    const counts = minutes.get(Number(minute)) ?? { entered: 0, left: 0, refused: 0 };
    counts.entered += Number(entered);
    counts.left += Number(left);
    counts.refused += Number(refused);
    minutes.set(Number(minute), counts);
  }
}

type TallyRow = Omit<Tally, 'n' | 'lastAt'> & { n: string; last_at: Date };
type MinuteRow = { gate: string; minute: string; entered: string; left: string; refused: string };
type RecentRow = { gate: string; device: string; second: string; n: string };

const RANGE =
  'FROM scans WHERE event = $1 AND revision > $2 AND revision <= $3 AND annulled_at IS NULL';

const TALLIES = `
  SELECT gate, device, direction, verdict, reason, rung, count(*) AS n, max(decided_at) AS last_at
  ${RANGE} GROUP BY gate, device, direction, verdict, reason, rung`;

const MINUTES = `
  SELECT gate, floor(extract(epoch FROM decided_at) / 60) AS minute,
    count(*) FILTER (WHERE verdict IN ('admitted', 'provisional') AND direction = 'in') AS entered,
    count(*) FILTER (WHERE verdict IN ('admitted', 'provisional') AND direction = 'out') AS left,
    count(*) FILTER (WHERE verdict = 'refused') AS refused
  ${RANGE} GROUP BY gate, minute`;

const RECENT = `
  SELECT gate, device, floor(extract(epoch FROM decided_at)) AS second, count(*) AS n
  ${RANGE} AND decided_at > $4 AND verdict IN ('admitted', 'provisional') AND direction = 'in'
  GROUP BY gate, device, second`;
