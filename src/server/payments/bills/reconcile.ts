// One file of one day, held against what we know, and written down. Whatever the file tells of that we have not
// heard is asked for at its provider at once; nothing is believed of a file alone.
import { createHash } from 'node:crypto';
import type { Difference, Reconciliation } from '#protocol/payments.ts';
import { type Act, appendAct } from '#server/platform/audit-chain.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { factsHeardBetween, factsNamed, noteReconciled } from '../fact-store.ts';
import { hastenQueries } from '../job-store.ts';
import { loadPayments } from '../payment-store.ts';
import type { Payments } from '../payments.ts';
import { BILL_FORMATS } from './bill-formats.ts';
import { readBill } from './bill-line.ts';
import { compareBill } from './compare-bill.ts';

const DAY_MS = 24 * 3_600_000;
/** What was heard so shortly before midnight may be in the next day's file. */
const AT_MIDNIGHT_MS = 10 * 60_000;
const DIFFERENCES_SHOWN_MAX = 1_000;

/** @throws CsvFileError */
export async function reconcile(
  { pool, nowMs }: Payments,
  by: { readonly actor: string; readonly node: string },
  { provider, day }: { readonly provider: keyof typeof BILL_FORMATS; readonly day: string },
  bytes: AsyncIterable<Buffer>,
): Promise<Reconciliation> {
  const format = BILL_FORMATS[provider];
  const hash = createHash('sha256');
  const lines = await readBill(format, hashing(bytes, hash));
  const fileHash = hash.digest();
  const from = Date.parse(`${day}T00:00:00Z`) - format.offsetMs;
  const names = [...new Set(lines.map(({ fact }) => fact))];
  return await inTransaction(pool, async (client) => {
    const told = await factsNamed(client, provider, names);
    const until = from + DAY_MS - AT_MIDNIGHT_MS;
    const expected = await factsHeardBetween(client, provider, from, until);
    const { differences, found, ...sums } = compareBill(lines, told, expected);
    const asked = differences.filter(({ kind }) => kind === 'missing-here');
    const known = await loadPayments(client, [...new Set(asked.map(({ payment }) => payment))]);
    await hastenQueries(client, [...known.keys()]);
    const count = { lines: lines.length, differences: differences.length };
    const file = { provider, day, fileHash, madeBy: by.actor, ...count };
    await noteReconciled(client, file, found);
    const act: Act = {
      ...{ act: 'payments.reconciled', actor: by.actor, subject: `${provider}/${day}` },
      detail: count,
    };
    await appendAct(client, by.node, nowMs(), act);
    return {
      ...{ provider, day, lines: lines.length, ...sums },
      differences: differences.slice(0, DIFFERENCES_SHOWN_MAX).map((each): Difference => {
        const isStranger = each.kind === 'missing-here' && !known.has(each.payment);
        return isStranger ? { ...each, kind: 'unmatched' } : each;
      }),
      differencesTotal: differences.length,
    };
  });
}

async function* hashing(
  bytes: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const part of bytes) {
    hash.update(part);
    yield part;
  }
}
