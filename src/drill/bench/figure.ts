// One measured figure: what came out, against what it is held, and what it cost.
import type { CpuSeconds } from './processes.ts';

/** What a figure must keep to, in its own unit. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

export type Figure = {
  readonly id: string;
  /** In the words of the report. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: Target;
  /** What the value is a ratio to, or how it was taken. */
  readonly against: string;
  /** Everything from which the value follows, so that it can be checked. */
  readonly parts: Readonly<Record<string, number | string | readonly number[]>>;
  /** CPU-seconds of the work that was measured; null where none of it was the server's. */
  readonly cpu: CpuSeconds | null;
};

export function isMet({ value, target }: Figure): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

export function targetWords({ target, unit }: Figure): string {
  const limit = 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
  return unit === '' ? limit : `${limit} ${unit}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Three significant digits: more would be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
