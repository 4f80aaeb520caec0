import type { Instant } from '#domain/kernel/instant.ts';

/** The one place that time comes from on a server; tests pass their own. */
export type Clock = () => Instant;

export const systemClock: Clock = () => Date.now() as Instant;

export function iso(at: number): string {
  return new Date(at).toISOString();
}
