// What is still due while a sale is paid in parts, and what is given back.
import type { DeskWay } from '#protocol/box-office.ts';

export type Part = {
  readonly provider: DeskWay;
  readonly amountMinor: number;
  readonly member?: string;
};

export type Split = {
  readonly parts: readonly Part[];
  readonly dueMinor: number;
  /** Of cash that was more than what was due. */
  readonly changeMinor: number;
};

/**
 * @param givenMinor - null: whatever is due
 * @returns null: nothing is due, nothing was given, or more than is due by other means than cash
 */
export function addPart(
  { parts, dueMinor, changeMinor }: Split,
  provider: DeskWay,
  givenMinor: number | null,
  member?: string,
): Split | null {
  const given = givenMinor ?? dueMinor;
  if (given <= 0 || dueMinor <= 0) return null;
  if (given > dueMinor && provider !== 'cash') return null;
  const amountMinor = Math.min(given, dueMinor);
  const part = { provider, amountMinor, ...(member === undefined ? {} : { member }) };
  return {
    parts: [...parts, part],
    dueMinor: dueMinor - amountMinor,
    changeMinor: changeMinor + given - amountMinor,
  };
}
