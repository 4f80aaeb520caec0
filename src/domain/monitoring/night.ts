// What a night adds up to: peaks of entry, found in the minutes.

export type Peak = { readonly people: number; readonly fromMinute: number };

/**
 * The busiest stretch of so many minutes.
 *
 * @param minutes - entries of each minute, one after the other
 * @returns the first such stretch; `fromMinute` counts from the first of `minutes`
 */
export function peakOf(minutes: readonly number[], length: number): Peak {
  let sum = 0;
  let peak: Peak = { people: 0, fromMinute: 0 };
  for (let index = 0; index < minutes.length; index += 1) {
    sum += minutes[index] ?? 0;
    if (index >= length) sum -= minutes[index - length] ?? 0;
    if (sum > peak.people) peak = { people: sum, fromMinute: Math.max(0, index - length + 1) };
  }
  return peak;
}
