// Payments that begin are written down, with all that wait for the same event, before any provider hears of them.
import type { PoolClient } from 'pg';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { QueryTimes } from './carry-out.ts';
import { type NewJob, postJobs } from './job-store.ts';
import { keyOf } from './money-jobs.ts';
import type { Orders, Payable } from './orders-seam.ts';
import { findByKeys, insertPayments, type NewPayment, type Payment } from './payment-store.ts';
import type { PaymentProvider } from './provider.ts';

export type Beginning = Pick<NewPayment, 'method' | 'requestKey' | 'amountMinor' | 'takenBy'> & {
  readonly payable: Payable;
  readonly provider: PaymentProvider;
  readonly member: string | null;
};

export type NotBegun = { readonly reason: string };

type BeginDeps = { readonly orders: Orders; readonly queries: QueryTimes };

/**
 * Within the stock of the event. The same key of the same order is the same payment, also among these.
 *
 * @returns one for each, in their order
 */
export async function writeBegun(
  deps: BeginDeps,
  client: PoolClient,
  event: number,
  all: readonly Beginning[],
): Promise<readonly (Payment | NotBegun)[]> {
  const known: Map<string, Payment | NotBegun> = new Map(
    (await findByKeys(client, all.map(keyOfBeginning))).map((payment) => [
      nameOf(payment),
      payment,
    ]),
  );
  const fresh = new Map(
    all
      .map((each) => [nameOf(keyOfBeginning(each)), each] as const)
      .filter(([name]) => !known.has(name)),
  );
  for (const [name, payment] of await writeFresh(deps, client, event, [...fresh.values()])) {
    known.set(name, payment);
  }
  return all.map((each) => {
    const found = known.get(nameOf(keyOfBeginning(each)));
    if (found === undefined) throw new Error('each was found or has just been written');
    return found;
  });
}

type Key = { readonly order: string; readonly requestKey: string };

function keyOfBeginning({ payable, requestKey }: Beginning): Key {
  return { order: payable.order, requestKey };
}

function nameOf({ order, requestKey }: Key): string {
  return `${order} ${requestKey}`;
}

async function writeFresh(
  { orders, queries }: BeginDeps,
  client: PoolClient,
  event: number,
  fresh: readonly Beginning[],
): Promise<readonly (readonly [string, Payment | NotBegun])[]> {
  if (fresh.length === 0) return [];
  const named = fresh.map((each) => ({ ...each, id: randomName('pay-', 8) }));
  const verdicts = await orders.applyPaymentFacts(
    client,
    event,
    named.map(({ id, payable, provider, member, amountMinor: askedMinor }) => {
      const start = { payment: id, provider: provider.name, member, askedMinor };
      return { order: payable.order, fact: { kind: 'payment-started', ...start } };
    }),
  );
  const begun = named.filter((_, at) => verdicts[at]?.decision === 'done');
  const written = await insertPayments(client, begun.map(paymentOf));
  await postJobs(
    client,
    begun.map(({ id }) => firstLook(id, queries)),
  );
  const byId = new Map(written.map((payment) => [payment.id, payment]));
  return named.map((each, at) => {
    const refused = { reason: verdicts[at]?.reason ?? 'not-ordered' };
    return [nameOf(keyOfBeginning(each)), byId.get(each.id) ?? refused] as const;
  });
}

function paymentOf(begun: Beginning & { readonly id: string }): NewPayment {
  const { payable, provider, id, method, requestKey, amountMinor, takenBy } = begun;
  const { event, order, currency, expiresAt } = payable;
  const of = { id, event, order, currency, expiresAt, provider: provider.name };
  return { ...of, method, requestKey, amountMinor, takenBy };
}

function firstLook(id: string, { firstMs }: QueryTimes): NewJob {
  const query = { kind: 'query', charge: '', amountMinor: 0, key: keyOf('q', id, '') } as const;
  return { payment: id, ...query, returnKey: null, toMember: null, dueInMs: firstMs };
}

const MENDS: Readonly<Record<string, string>> = {
  'paid-already': 'there is nothing to pay any more: look at the order',
  'too-many-payments': 'too many tries for one order: ask the box office',
  'over-asked': 'another payment of this order is under way: wait for it, or let it end',
};

export function notNow(reason: string): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `this order cannot be paid: ${reason}`,
    mend: MENDS[reason] ?? 'its seats are not held any more: choose seats again',
    more: { why: reason },
  });
}
