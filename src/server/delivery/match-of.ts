import type { Match } from '#domain/delivery/occasions.ts';
import { type EventFile, matchEventOf } from '#protocol/event-file.ts';

/** A match as letters name it. */
export function matchOf(file: EventFile): Match {
  const { name, venue, startsAt } = matchEventOf(file);
  return { name, venue: venue.name, startsAt, timeZone: venue.timeZone };
}
