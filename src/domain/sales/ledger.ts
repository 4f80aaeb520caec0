// Double entry: every posting names the account that is debited and the one that is credited, so that
// all balances together are nought whatever is posted.
import { assert } from '#domain/kernel/assert.ts';
import { isAmount } from './money.ts';

/**
 * `cash:PROVIDER` what a provider holds for us, or a desk owes (`cash:consignment`) · `receivable` what buyers owe for orders, below nought
 * while a part is paid in advance · `sales`, `fees`, `tax` what was earned, tax apart · `refunds-due` what
 * we hold and owe back · `credit:MEMBER` what we owe a member as club credit.
 */
export type Account =
  | `cash:${string}`
  | `credit:${string}`
  | 'receivable'
  | 'sales'
  | 'fees'
  | 'tax'
  | 'refunds-due';

export const POSTING_KINDS = [
  'payment',
  'payment-to-return',
  'sale',
  'part-payment-to-return',
  'refund-owed',
  'returned',
  'taken-back',
  'settled',
] as const;
export type PostingKind = (typeof POSTING_KINDS)[number];

export type Posting = {
  readonly kind: PostingKind;
  readonly payment: string | null;
  readonly debit: Account;
  readonly credit: Account;
  /** Above nought. */
  readonly amountMinor: number;
  readonly currency: string;
};

/** @returns nothing for nought: a posting moves something */
export function post(posting: Posting): Posting[] {
  assert(isAmount(posting.amountMinor), `a posting of ${posting.amountMinor}`);
  return posting.amountMinor === 0 ? [] : [posting];
}

/** Debits less credits of every account that was posted to, of postings in one currency. */
export function balancesOf(postings: readonly Posting[]): ReadonlyMap<Account, number> {
  const balances = new Map<Account, number>();
  for (const { debit, credit, amountMinor } of postings) {
    balances.set(debit, (balances.get(debit) ?? 0) + amountMinor);
    balances.set(credit, (balances.get(credit) ?? 0) - amountMinor);
  }
  return balances;
}
