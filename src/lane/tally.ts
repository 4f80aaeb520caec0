// Counting people where no code decides: by the steward's eye, or at a gate that stands open. Each
// count is in the journal, and its sum is kept with it, so that a restart forgets nobody.

import type { Direction } from '#domain/entry/verdict.ts';
import { assert } from '#domain/kernel/assert.ts';
import { PEOPLE_AT_ONCE_MAX } from '#protocol/journal.ts';
import type { Journal } from './journal.ts';
import type { BodyOf } from './journal-entries.ts';
import { isThrough, type LaneAnswer } from './lane-answer.ts';

export type Counts = { readonly in: number; readonly out: number };

export type Tally = {
  counts(): Counts;
  in(): number;
  count(body: Omit<BodyOf<'counted'>, 'kind'>): Promise<Counts>;
  /** A code was read at an open gate: its outcome is the entry, only the sum is kept here. */
  passed(answer: LaneAnswer, direction: Direction): Promise<void>;
  /** From now on people are counted, from nothing; or, after a restart in the middle of it, still. */
  begin(): Promise<void>;
  /** Codes decide again. */
  end(): Promise<void>;
};

export function createTally(journal: Journal): Tally {
  let counts: Counts = JSON.parse(journal.meta('tally') ?? '{"in":0,"out":0}');

  function plus(direction: Direction, people: number): Counts {
    return { ...counts, [direction]: counts[direction] + people };
  }

  return {
    counts: () => counts,
    in: () => counts.in,
    async count(body) {
      assert(
        Number.isInteger(body.people) && body.people > 0,
        'people are counted in whole numbers',
      );
      for (let left = body.people; left > 0; left -= PEOPLE_AT_ONCE_MAX) {
        const people = Math.min(left, PEOPLE_AT_ONCE_MAX);
        const next = plus(body.direction, people);
        await journal.note({ kind: 'counted', ...body, people }, { tally: JSON.stringify(next) });
        counts = next;
      }
      return counts;
    },
    async passed(answer, direction) {
      if (!isThrough(answer)) return;
      counts = plus(direction, 1);
      await journal.put({ tally: JSON.stringify(counts) });
    },
    async begin() {
      if (journal.meta('isCounting') === 'yes') return;
      counts = { in: 0, out: 0 };
      await journal.put({ tally: JSON.stringify(counts), isCounting: 'yes' });
    },
    async end() {
      if (journal.meta('isCounting') === 'yes') await journal.put({ isCounting: 'no' });
    },
  };
}
