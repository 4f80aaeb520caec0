/** A moment: epoch milliseconds, UTC. Always an argument in `domain/`, never read from a clock there. */
export type Instant = number & { readonly __brand: 'Instant' };

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/**
 * Reads an RFC 3339 time that carries its offset; a local time without one is refused, and so is a
 * day that no calendar has. Seconds may be left out; parts of a millisecond are dropped.
 */
export function parseInstant(text: string): Instant | null {
  if (text.length === WRITTEN_LENGTH) {
    // As programs write it, which is most of what is read.
    const at = Date.parse(text);
    if (!Number.isNaN(at) && new Date(at).toISOString() === text) return at as Instant;
  }
  const found = RFC_3339.exec(text)?.groups;
  if (found === undefined) return null;
  const { date, clock, second = '00', fraction = '', sign, hours = '0', minutes = '0' } = found;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  const local = Date.parse(`${date}T${clock}:${second}.${ms}Z`);
  // 31 February is read as 3 March: what is written back must be what was given.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${date}T`)) return null;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return (sign === '-' ? local + offsetMs : local - offsetMs) as Instant;
}

const WRITTEN_LENGTH = '2026-11-29T17:30:00.000Z'.length;

const RFC_3339 =
  /^(?<date>\d{4}-\d{2}-\d{2})[Tt ](?<clock>(?:[01]\d|2[0-3]):[0-5]\d)(?::(?<second>[0-5]\d)(?:\.(?<fraction>\d{1,9}))?)?(?:[Zz]|(?<sign>[+-])(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d))$/;

export function plusMs(at: Instant, ms: number): Instant {
  return (at + ms) as Instant;
}
