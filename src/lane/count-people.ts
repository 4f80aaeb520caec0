// People let through where no code decides, as the steward counts them.
import type { Direction } from '#domain/entry/verdict.ts';
import { modeOf } from '#domain/sync/ladder.ts';
import { isoTime } from './lane-clock.ts';
import type { LaneParts } from './lane-parts.ts';
import type { ScanSettings } from './scan-deps.ts';
import type { Counts } from './tally.ts';

/** `isFull`: an open gate has reached its threshold. */
export type Counted = Counts & { readonly isFull: boolean };

/**
 * @param scanId - the scan that left it to the steward's eye, if there was one
 * @returns null on a rung that counts nobody
 * @throws when the journal cannot be written
 */
export async function countPeople(
  { driver, tally, knowledge, clock }: LaneParts,
  { lane: set, operator }: ScanSettings,
  direction: Direction,
  people: number,
  scanId?: string,
): Promise<Counted | null> {
  const { rung } = driver.ladder();
  if (rung !== 'visual' && rung !== 'open') return null;
  const lane = set ?? knowledge.self()?.lane ?? null;
  const counts = await tally.count({
    ...{ direction, people, rung, at: isoTime(clock.now()) },
    ...(lane === null ? {} : { lane }),
    ...(operator === null ? {} : { operator }),
    ...(scanId === undefined ? {} : { scanId }),
  });
  const { stopAt } = modeOf(driver.ladder());
  return { ...counts, isFull: rung === 'open' && stopAt !== null && counts.in >= stopAt };
}
