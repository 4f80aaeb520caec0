// Tax is reckoned once for each rate on everything it lies in, then shared out: so the tax of the parts
// is the tax of the whole, which lines rounded one by one would miss by some units.
import { assert } from '#domain/kernel/assert.ts';
import { allocate, sumOf, taxWithin } from './money.ts';
import type { TaxRate } from './price-list.ts';
import type { FeeCharge, QuoteLine, TaxTotal } from './quoted.ts';

/** A line or a fee before its tax is known. */
export type Priced<T> = Omit<T, 'taxMinor' | 'fees'> & {
  readonly fees: readonly Omit<FeeCharge, 'taxMinor'>[];
};

type Taxed = {
  readonly lines: QuoteLine[];
  readonly fees: FeeCharge[];
  readonly taxes: TaxTotal[];
};

export function taxesOf(
  rates: readonly TaxRate[],
  lines: readonly Priced<QuoteLine>[],
  orderFees: readonly Omit<FeeCharge, 'taxMinor'>[],
): Taxed {
  const gross = [
    ...lines.flatMap(({ tax, ticketMinor, fees }) => [{ tax, amountMinor: ticketMinor }, ...fees]),
    ...orderFees,
  ];
  const shares = new Map<string, number[]>();
  const taxes: TaxTotal[] = [];
  for (const { id: tax, rateBasisPoints } of rates) {
    const amounts = gross.filter((part) => part.tax === tax).map((part) => part.amountMinor);
    if (amounts.length === 0) continue;
    const grossMinor = sumOf(amounts, (amount) => amount);
    const taxMinor = taxWithin(grossMinor, rateBasisPoints);
    taxes.push({ tax, rateBasisPoints, grossMinor, taxMinor });
    shares.set(tax, allocate(taxMinor, amounts));
  }
  // In the order in which the amounts were gathered.
  const next = (tax: string): number => {
    const share = shares.get(tax)?.shift();
    assert(share !== undefined, `the price list has the tax ${tax}`);
    return share;
  };
  const charged = (fee: Omit<FeeCharge, 'taxMinor'>) => ({ ...fee, taxMinor: next(fee.tax) });
  const taxedLines = lines.map((line) => {
    const taxMinor = next(line.tax);
    return { ...line, taxMinor, fees: line.fees.map(charged) };
  });
  return { lines: taxedLines, fees: orderFees.map(charged), taxes };
}
