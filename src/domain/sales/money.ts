// Money is whole minor units (fen, cents) of one currency. Nothing here rounds twice: what is split
// adds up again to the unit, and every rounding is half away from nought.
import { assert } from '#domain/kernel/assert.ts';

/** Largest amount that is reckoned with: products with rates stay exact integers below 2⁵³. */
export const AMOUNT_MAX_MINOR = 500_000_000_000;

export const PER_MILLE = 1_000;
export const BASIS_POINTS = 10_000;

export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= AMOUNT_MAX_MINOR;
}

/** `amountMinor × rate ÷ unit`, half up: 5 ‰ of 300 is 1.5, so 2. */
export function shareOf(amountMinor: number, rate: number, unit: number): number {
  assert(isAmount(amountMinor), 'an amount is whole minor units from nought');
  assert(Number.isSafeInteger(rate) && rate >= 0 && rate <= unit, 'a rate is at most the whole');
  return Math.floor((2 * amountMinor * rate + unit) / (2 * unit));
}

/** The tax that is part of a price which includes it, half up: 6 % within 106.00 is 6.00. */
export function taxWithin(grossMinor: number, rateBasisPoints: number): number {
  assert(isAmount(grossMinor), 'an amount is whole minor units from nought');
  assert(rateBasisPoints >= 0 && rateBasisPoints <= BASIS_POINTS, 'a tax is at most the price');
  const whole = BASIS_POINTS + rateBasisPoints;
  return Math.floor((2 * grossMinor * rateBasisPoints + whole) / (2 * whole));
}

/**
 * Splits an amount by weights so that the parts add up to it exactly: every part is its exact share
 * rounded down, and the units that remain go to the largest remainders, the earlier of equals first.
 * No part is larger than its share rounded up, so a part of a discount never exceeds what it is taken off.
 *
 * @param weights - whole numbers from nought; without any weight the first part takes everything
 */
export function allocate(amountMinor: number, weights: readonly number[]): number[] {
  assert(isAmount(amountMinor), 'an amount is whole minor units from nought');
  assert(weights.length > 0 || amountMinor === 0, 'money is split among somebody');
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (whole === 0n) return weights.map((_, index) => (index === 0 ? amountMinor : 0));
  const amount = BigInt(amountMinor);
  const parts = weights.map((weight, index) => {
    const share = amount * BigInt(weight);
    return { index, part: Number(share / whole), rest: share % whole };
  });
  let left = amountMinor - parts.reduce((sum, { part }) => sum + part, 0);
  const byRest = [...parts].sort((a, b) => compare(b.rest, a.rest) || a.index - b.index);
  for (const one of byRest) {
    if (left === 0) break;
    one.part += 1;
    left -= 1;
  }
  return parts.map(({ part }) => part);
}

export function sumOf<T>(items: readonly T[], amountMinor: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amountMinor(item), 0);
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
