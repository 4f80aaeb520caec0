import type { Instant } from '#domain/kernel/instant.ts';

/** The one place that time comes from on a server; tests pass their own. */
export type Clock = () => Instant;

export const systemClock: Clock = () => Date.now() as Instant;

let writtenAt = Number.NaN;
let written = '';

/** All of a batch happens in one millisecond, which is written once. */
export function iso(at: number): string {
  if (at !== writtenAt) {
    written = new Date(at).toISOString();
    writtenAt = at;
  }
  return written;
}

/** Lane clocks lie by years: a time as near to `at` as PostgreSQL can hold and JSON can spell. */
export function storableTime(at: number): number {
  return Math.min(Math.max(at, 0), LATEST_MS);
}

const LATEST_MS = Date.UTC(9999, 0, 1);
