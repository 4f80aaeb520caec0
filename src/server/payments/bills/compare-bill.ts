// A provider's file against our facts, line by line.
import type { Difference, Reconciliation } from '#protocol/payments.ts';
import type { StoredFact } from '../fact-store.ts';
import type { BillLine } from './bill-line.ts';

export type Comparison = Pick<Reconciliation, 'matched' | 'theirs' | 'ours'> & {
  readonly differences: readonly Difference[];
  /** Of ours, those that the file tells of. */
  readonly found: readonly string[];
};

/**
 * @param told - our facts that the file tells of, by name, whenever we heard them
 * @param expected - our facts that the file of this day should tell of
 */
export function compareBill(
  lines: readonly BillLine[],
  told: ReadonlyMap<string, StoredFact>,
  expected: readonly StoredFact[],
): Comparison {
  const seen = new Set<string>();
  const differences: Difference[] = [];
  let matched = 0;
  for (const line of lines) {
    const ours = told.get(line.fact);
    if (seen.has(line.fact)) differences.push(differenceAt(line, 'twice', ours));
    else if (ours === undefined) differences.push(differenceAt(line, 'missing-here', ours));
    else if (ours.decision === 'unmatched') {
      differences.push(differenceAt(line, 'unmatched', ours));
    } else if (ours.amountMinor !== line.amountMinor || ours.currency !== line.currency) {
      differences.push(differenceAt(line, 'amount', ours));
    } else matched += 1;
    seen.add(line.fact);
  }
  for (const fact of expected) {
    if (seen.has(fact.id)) continue;
    const { id, payment, amountMinor, currency } = fact;
    const ours = { amountMinor, currency };
    const missing = { line: null, fact: id, payment, theirs: null, ours } as const;
    differences.push({ kind: 'missing-there', ...missing });
  }
  const counted = new Map([...told.values(), ...expected].map((fact) => [fact.id, fact]));
  return {
    matched,
    differences,
    found: [...told.keys()],
    theirs: sumsOf(lines),
    ours: sumsOf([...counted.values()]),
  };
}

function differenceAt(
  { line, fact, payment, amountMinor, currency }: BillLine,
  kind: Difference['kind'],
  ours: StoredFact | undefined,
): Difference {
  return {
    ...{ kind, line, fact, payment, theirs: { amountMinor, currency } },
    ours: ours === undefined ? null : { amountMinor: ours.amountMinor, currency: ours.currency },
  };
}

function sumsOf(
  moved: readonly {
    readonly kind: string;
    readonly amountMinor: number;
    readonly currency: string;
  }[],
): Reconciliation['theirs'] {
  const sums = new Map<string, { capturedMinor: number; refundedMinor: number }>();
  for (const { kind, amountMinor, currency } of moved) {
    const sum = sums.get(currency) ?? { capturedMinor: 0, refundedMinor: 0 };
    if (kind === 'captured') sum.capturedMinor += amountMinor;
    if (kind === 'refunded') sum.refundedMinor += amountMinor;
    sums.set(currency, sum);
  }
  return [...sums].map(([currency, sum]) => ({ currency, ...sum }));
}
