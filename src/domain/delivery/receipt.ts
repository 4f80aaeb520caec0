// A receipt: what was sold, with the taxes that are in the price, in lines that add up.
import { assert } from '#domain/kernel/assert.ts';
import type { Localized } from '#domain/venue/match-event.ts';

export type ReceiptLine = {
  readonly text: Localized;
  readonly quantity: number;
  /** Of all of the line, taxes included. */
  readonly amountMinor: number;
  /** Of the tax within, in hundredths of a per cent. */
  readonly taxBasisPoints: number;
  readonly taxMinor: number;
};

export type ReceiptPayment = { readonly text: Localized; readonly amountMinor: number };

export type Receipt = {
  /** `R-2026-000123`; a refund's begins with `C`. */
  readonly number: string;
  readonly kind: 'sale' | 'refund';
  readonly orderRef: string;
  readonly issuedAt: number;
  readonly timeZone: string;
  readonly seller: {
    readonly name: Localized;
    readonly address: Localized;
    /** Unified social credit code, or what the seller's country has. */
    readonly taxId: string;
  };
  readonly match: Localized;
  readonly currency: string;
  readonly lines: readonly ReceiptLine[];
  readonly paidBy: readonly ReceiptPayment[];
  /** Of the receipt that a refund takes back in part or whole. */
  readonly corrects: string | null;
};

export type TaxTotal = {
  readonly taxBasisPoints: number;
  readonly netMinor: number;
  readonly taxMinor: number;
};

export function totalOf({ lines }: Pick<Receipt, 'lines'>): number {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

/** One total for each rate, the highest first: sums of the lines' own taxes, rounded nowhere again. */
export function taxTotals({ lines }: Pick<Receipt, 'lines'>): TaxTotal[] {
  const rates = [...new Set(lines.map(({ taxBasisPoints }) => taxBasisPoints))];
  return rates
    .sort((a, b) => b - a)
    .map((taxBasisPoints) => {
      const of = lines.filter((line) => line.taxBasisPoints === taxBasisPoints);
      const taxMinor = of.reduce((sum, line) => sum + line.taxMinor, 0);
      return { taxBasisPoints, taxMinor, netMinor: totalOf({ lines: of }) - taxMinor };
    });
}

/** A receipt that does not add up is a bug: it is never printed. */
export function assertAddsUp(receipt: Receipt): void {
  const paid = receipt.paidBy.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  assert(paid === totalOf(receipt), `receipt ${receipt.number}: what was paid is not its total`);
  for (const { amountMinor, taxMinor, quantity } of receipt.lines) {
    assert(Number.isSafeInteger(amountMinor) && amountMinor >= 0, 'amounts are whole minor units');
    assert(taxMinor >= 0 && taxMinor <= amountMinor, 'a tax is part of its amount');
    assert(quantity > 0, 'nothing is sold none of');
  }
}

/** `R-2026-000123`, the year as the ground counts it. */
export function receiptNumber(kind: Receipt['kind'], year: number, n: number): string {
  return `${kind === 'sale' ? 'R' : 'C'}-${year}-${String(n).padStart(6, '0')}`;
}
