// Facts about payments of one event: judged, written down, and followed up, in one transaction with the orders
// that they pay. After it nothing is in memory alone, so a server may die anywhere.
import type { PoolClient } from 'pg';
import { type DecidedFact, factsOf, type HeardFact, writeFacts } from './fact-store.ts';
import {
  finishJobs,
  type JobEnd,
  type NewJob,
  postJobs,
  returnKeys,
  settleQueries,
} from './job-store.ts';
import { jobOf, keyOf } from './money-jobs.ts';
import type { FactVerdict, Orders, ToldFact } from './orders-seam.ts';
import { isSettled, type PaymentSums, stateOf, withFact } from './payment-state.ts';
import { loadPayments, type Payment, writeSums } from './payment-store.ts';
import type { PaymentProvider } from './provider.ts';
import { sortFacts } from './sort-facts.ts';

export type FactDeps = {
  readonly orders: Orders;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
};

export type Heard = {
  /** About payments of one event. */
  readonly facts: readonly HeardFact[];
  /** Jobs whose answers they are. */
  readonly ended: readonly JobEnd[];
};

/**
 * Takes facts that may have been taken before, in any order; the second time nothing happens.
 */
export async function takeFacts(deps: FactDeps, event: number, heard: Heard): Promise<void> {
  await deps.orders.withStock(event, async (client) => {
    await takeWithin(deps, client, event, heard.facts);
    await finishJobs(client, heard.ended);
  });
}

/** Within a transaction that holds the stock of the event. */
export async function takeWithin(
  deps: FactDeps,
  client: PoolClient,
  event: number,
  heard: readonly HeardFact[],
): Promise<void> {
  const ids = [...new Set(heard.map(({ payment }) => payment))];
  const payments = await loadPayments(client, ids);
  const { judged, outrun, spare, waiting } = sortFacts(await factsOf(client, ids), heard);
  const names = await returnKeys(
    client,
    judged.flatMap(({ key }) => key ?? []),
  );
  const verdicts = await deps.orders.applyPaymentFacts(
    client,
    event,
    judged.map((fact) => toldOf(known(payments, fact), fact, names)),
  );
  const decided = judged.map((fact, at) => ({
    ...fact,
    decision: verdictAt(verdicts, at).decision,
  }));
  const counted: DecidedFact[] = [
    ...outrun.map(as('already')),
    ...spare.map(as('spare')),
    ...decided,
  ];
  await writeFacts(client, [...counted, ...waiting.map(as('waiting'))]);
  await sumUp(deps, client, payments, counted);
  const jobs = judged.flatMap((fact, at) => jobsAfter(fact, verdictAt(verdicts, at)));
  await postJobs(client, [...jobs, ...spare.map(lettingGo)]);
}

function toldOf(
  { order }: Payment,
  { kind, payment, amountMinor, currency, charge, key, id }: HeardFact,
  names: ReadonlyMap<string, string>,
): ToldFact {
  if (kind === 'failed' || kind === 'voided') return { order, fact: { kind, payment } };
  const money = { payment, amountMinor, currency };
  if (kind !== 'refunded') return { order, fact: { kind, ...money, providerRef: charge } };
  const returnKey = key === null ? null : (names.get(key) ?? null);
  return { order, fact: { kind, ...money, providerRef: id, returnKey } };
}

async function sumUp(
  { providers }: FactDeps,
  client: PoolClient,
  payments: ReadonlyMap<string, Payment>,
  facts: readonly DecidedFact[],
): Promise<void> {
  if (facts.length === 0) return;
  const sums = new Map<string, PaymentSums>();
  for (const fact of facts) {
    const before = sums.get(fact.payment) ?? known(payments, fact);
    sums.set(fact.payment, withFact(before, fact));
  }
  await writeSums(client, sums);
  const settled = [...sums].filter(([, each]) => isSettled(stateOf(each)));
  await settleQueries(
    client,
    settled.map(([payment]) => {
      const provider = providers.get(payments.get(payment)?.provider ?? '');
      return { payment, looksAgainAfterMs: provider?.looksAgainAfterMs ?? null };
    }),
  );
}

function jobsAfter(fact: HeardFact, { effects }: FactVerdict): NewJob[] {
  return effects.map((effect) => {
    const isOwn = effect.payment === fact.payment;
    return jobOf(effect, isOwn ? fact.charge : '');
  });
}

/** Of one charge alone; the payment goes on. */
function lettingGo({ payment, charge }: HeardFact): NewJob {
  const job = { payment, charge, amountMinor: 0, returnKey: null, toMember: null, dueInMs: 0 };
  return { ...job, kind: 'void', key: keyOf('v', payment, charge) };
}

function as(decision: DecidedFact['decision']): (fact: HeardFact) => DecidedFact {
  return (fact) => ({ ...fact, decision });
}

function known(payments: ReadonlyMap<string, Payment>, { payment }: HeardFact): Payment {
  const found = payments.get(payment);
  if (found === undefined) throw new Error(`payment ${payment} was there when its fact was sorted`);
  return found;
}

function verdictAt(verdicts: readonly FactVerdict[], at: number): FactVerdict {
  const found = verdicts[at];
  if (found === undefined) throw new Error('there is a verdict for each fact');
  return found;
}
