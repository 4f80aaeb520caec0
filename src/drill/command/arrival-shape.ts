// When people came on a recorded evening: scans as the server exports them, or any CSV with times in it.

/** Slices of the evening; more would only repeat the noise of one night. */
const SLICES = 120;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/;
const SCANS_MIN = 20;

/**
 * @param text - JSON with `scannedAt` (or `at`) in objects, however deep, or CSV lines with an ISO time in each
 * @returns people who came in each slice, from the first to the last of them
 * @throws Error that says what is missing
 */
export function readShape(text: string): number[] {
  const times = /^\s*[[{]/.test(text) ? timesOfJson(JSON.parse(text)) : timesOfLines(text);
  if (times.length < SCANS_MIN) {
    throw new Error(
      `--arrivals: found ${times.length} times of scans in it, and ${SCANS_MIN} are the least; write “scannedAt” or an ISO time a line`,
    );
  }
  const sorted = times.sort((a, b) => a - b);
  const from = sorted[0] ?? 0;
  const length = Math.max(1, (sorted.at(-1) ?? 0) - from);
  const shape = new Array<number>(SLICES).fill(0);
  for (const at of sorted) {
    const slice = Math.min(SLICES - 1, Math.floor(((at - from) / length) * SLICES));
    shape[slice] = (shape[slice] ?? 0) + 1;
  }
  return shape;
}

function timesOfJson(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(timesOfJson);
  if (typeof value !== 'object' || value === null) return [];
  const { scannedAt, at, direction } = value as Record<string, unknown>;
  if (direction === 'out') return [];
  const time = Date.parse(String(scannedAt ?? at));
  if (!Number.isNaN(time)) return [time];
  return Object.values(value).flatMap(timesOfJson);
}

function timesOfLines(text: string): number[] {
  return text.split('\n').flatMap((line) => {
    const found = TIME.exec(line);
    return found === null ? [] : [Date.parse(found[0])];
  });
}
