// What a sandbox says that it did in a day, line by line, as providers' files do.
import type { SandboxPayment } from './bank.ts';

export const SANDBOX_BILL_HEADER = 'at,kind,payment,charge,ref,amount_minor,currency,key';

/** @param day - `2026-11-29`, in UTC; empty: every day */
export function billCsv(payments: Iterable<SandboxPayment>, day: string): string {
  const lines = [SANDBOX_BILL_HEADER];
  for (const { facts } of payments) {
    for (const fact of facts) {
      const isMoney = fact.kind === 'captured' || fact.kind === 'refunded';
      if (!(isMoney && fact.at.startsWith(day))) continue;
      const { at, kind, payment, charge, ref, amountMinor, currency, key } = fact;
      lines.push([at, kind, payment, charge, ref, amountMinor, currency, key ?? ''].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}
