// What an event's scans add up to, by gate. Counted once in full and from then on only what is new, so
// that looking twice a second costs as little at the end of a match as at its start.
import type { Pool } from 'pg';
import type { Direction, Reason, Verdict } from '#domain/entry/verdict.ts';
import type { EventCounts } from '#protocol/live.ts';
import { iso } from '#server/platform/clock.ts';

const MINUTE_MS = 60_000;
/** Annulments change scans counted already; a full count takes them in. */
const RECOUNT_AFTER_MS = 30_000;

type GateCounts = { admitted: number; left: number; refused: Record<string, number> };
type Row = {
  gate: string;
  direction: Direction;
  verdict: Verdict;
  reason: Reason | null;
  second: string;
  n: string;
};

export class EventCounter {
  readonly #pool: Pool;
  readonly #event: number;
  #gates = new Map<string, GateCounts>();
  /** Admissions by gate and second, of the last minute. */
  #recent: { readonly gate: string; readonly at: number; readonly n: number }[] = [];
  #revision = 0;
  #countedAt = 0;
  #underway: Promise<EventCounts> | null = null;

  constructor(pool: Pool, event: number) {
    this.#pool = pool;
    this.#event = event;
  }

  /** Whoever asks while a count is under way gets that one. */
  counts(now: number): Promise<EventCounts> {
    this.#underway ??= this.#count(now).finally(() => {
      this.#underway = null;
    });
    return this.#underway;
  }

  async #count(now: number): Promise<EventCounts> {
    const head = await this.#pool.query<{ revision: string; scopes: string[]; inside: number[] }>(
      'SELECT revision, scopes, inside FROM claim_heads WHERE event = $1',
      [this.#event],
    );
    const { revision = '0', scopes = [], inside = [] } = head.rows[0] ?? {};
    const isRecount = now - this.#countedAt > RECOUNT_AFTER_MS || Number(revision) < this.#revision;
    const from = isRecount ? 0 : this.#revision;
    const { rows } = await this.#pool.query<Row>(COUNT, [this.#event, from, revision]);
    if (isRecount) {
      this.#gates = new Map();
      this.#recent = [];
      this.#countedAt = now;
    }
    this.#revision = Number(revision);
    for (const row of rows) this.#add(row);
    this.#recent = this.#recent.filter(({ at }) => at > now - MINUTE_MS);
    const people = scopes.map((scope, index) => [scope, inside[index] ?? 0] as const);
    return {
      at: iso(now),
      revision: this.#revision,
      inside: Object.fromEntries(people.filter(([scope]) => !scope.startsWith('gate/'))),
      gates: [...this.#gates].map(([gate, counts]) => ({
        gate,
        ...counts,
        refused: { ...counts.refused },
        lastMinute: this.#recent.reduce((sum, each) => sum + (each.gate === gate ? each.n : 0), 0),
      })),
    };
  }

  #add(row: Row): void {
    const counts = this.#gates.get(row.gate) ?? { admitted: 0, left: 0, refused: {} };
    this.#gates.set(row.gate, counts);
    const n = Number(row.n);
    if (row.verdict !== 'admitted' && row.verdict !== 'provisional') {
      const reason = row.reason ?? row.verdict;
      counts.refused[reason] = (counts.refused[reason] ?? 0) + n;
    } else if (row.direction === 'out') counts.left += n;
    else {
      counts.admitted += n;
      this.#recent.push({ gate: row.gate, at: Number(row.second) * 1_000, n });
    }
  }
}

const COUNT = `
  SELECT gate, direction, verdict, reason, floor(extract(epoch FROM decided_at)) AS second,
         count(*) AS n
  FROM scans WHERE event = $1 AND revision > $2 AND revision <= $3 AND annulled_at IS NULL
  GROUP BY gate, direction, verdict, reason, second ORDER BY gate`;

export function createCounters(pool: Pool): (event: number) => EventCounter {
  const counters = new Map<number, EventCounter>();
  return (event) => {
    let counter = counters.get(event);
    if (counter === undefined) {
      counter = new EventCounter(pool, event);
      counters.set(event, counter);
    }
    return counter;
  };
}
