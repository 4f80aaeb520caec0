/** A moment: epoch milliseconds, UTC. Always an argument in `domain/`, never read from a clock there. */
export type Instant = number & { readonly __brand: 'Instant' };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/** Reads an RFC 3339 time that carries its offset; a local time without one is refused. */
export function parseInstant(text: string): Instant | null {
  if (!RFC_3339.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : (at as Instant);
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/;

export function plusMs(at: Instant, ms: number): Instant {
  return (at + ms) as Instant;
}
