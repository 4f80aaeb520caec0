// The journal of a lane as it lies on its disk: what it wrote down before each light, in its own file.
import { existsSync } from 'node:fs';
// biome-ignore lint/correctness/noUnresolvedImports: built into Node 24; the linter's list is older.
import { DatabaseSync } from 'node:sqlite';
import type { JournalEntry } from '#protocol/journal.ts';
import type { LanePost } from './lane-post.ts';

export type LaneBook = {
  readonly lane: number;
  readonly deviceId: string;
  /** By scanId: the verdict that it had written down. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** Scans that it took back itself. */
  readonly annulled: ReadonlySet<string>;
  readonly entries: number;
  /** What it told its steward. */
  readonly said: readonly string[];
};

export function readLaneBook(lane: LanePost): LaneBook {
  const { journal, place } = lane.setting;
  const outcomes = new Map<string, string>();
  const annulled = new Set<string>();
  let entries = 0;
  if (existsSync(journal)) {
    const database = new DatabaseSync(journal);
    for (const row of database.prepare('SELECT entry FROM entries ORDER BY seq').iterate()) {
      const entry = JSON.parse(String(row['entry'])) as JournalEntry;
      entries += 1;
      if (entry.kind === 'outcome') outcomes.set(entry.scanId, entry.verdict);
      if (entry.kind === 'annulled') annulled.add(entry.scanId);
    }
    database.close();
  }
  const { said, number } = lane;
  return { lane: number, deviceId: place.deviceId, outcomes, annulled, entries, said };
}
