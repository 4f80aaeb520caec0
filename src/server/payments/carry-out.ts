// One attempt at one job.
import type { Pool } from 'pg';
import type { FactIntake } from './fact-intake.ts';
import type { HeardFact } from './fact-store.ts';
import { factsOf } from './fact-store.ts';
import { finishJobs, hastenQueries, type Job, type JobEnd, postponeJob } from './job-store.ts';
import { keyOf } from './money-jobs.ts';
import type { Orders } from './orders-seam.ts';
import { isSettled } from './payment-state.ts';
import { loadPayments, type Payment } from './payment-store.ts';
import {
  type ChargeRequest,
  factId,
  type KnownPayment,
  type Outcome,
  type PaymentProvider,
  ProviderFault,
} from './provider.ts';

export type JobDeps = {
  readonly pool: Pool;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly intake: Pick<FactIntake, 'take'>;
  readonly orders: Orders;
  readonly queries: QueryTimes;
  readonly nowMs: () => number;
};

export type QueryTimes = {
  /** After it was begun, its provider is asked what has become of it; then at twice the distance each time. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Beyond the hold: money that is authorised has so long to be captured. */
  readonly authorisedMs: number;
};

export const QUERY_TIMES: QueryTimes = {
  firstMs: 20_000,
  lastMs: 5 * 60_000,
  authorisedMs: 10 * 60_000,
};

/** @throws ProviderFault, and whatever our database throws: to be tried again */
export async function carryOut(deps: JobDeps, job: Job, payment: Payment): Promise<void> {
  if (job.toMember !== null) return await payAsCredit(deps, job, payment);
  const provider = deps.providers.get(payment.provider);
  if (provider === undefined) {
    throw new ProviderFault(`${payment.provider} is not configured at this node`);
  }
  if (job.kind === 'query') return await query(deps, provider, job, payment);
  if (job.kind === 'refund' && (await isReturned(deps, job))) {
    return await finishJobs(deps.pool, [done(job)]);
  }
  const request = await requestOf(deps, job, payment);
  const outcome = await provider[job.kind](request);
  if (outcome.kind === 'facts') await take(deps, payment, outcome, 'answer', done(job));
  else if (outcome.kind === 'pending') {
    await postponeJob(deps.pool, job.id, outcome.againMs, null);
  } else await noteRefused(deps, job, payment, outcome.reason);
}

function done({ id }: Job): JobEnd {
  return { id, outcome: 'done' };
}

async function take(
  { intake }: JobDeps,
  { provider }: Payment,
  outcome: Outcome,
  heardBy: HeardFact['heardBy'],
  ended: JobEnd | null = null,
): Promise<void> {
  if (outcome.kind !== 'facts') return;
  const facts = outcome.facts.map((fact) => ({ ...fact, provider, heardBy }));
  await intake.take(facts, ended);
}

async function noteRefused(
  { orders }: JobDeps,
  { id, returnKey }: Job,
  payment: Payment,
  reason: string,
): Promise<void> {
  await orders.withStock(payment.event, async (client) => {
    if (returnKey !== null) {
      const fact = { kind: 'return-failed', key: returnKey } as const;
      await orders.applyPaymentFacts(client, payment.event, [{ order: payment.order, fact }]);
    } else {
      // It went another way than we thought: what really happened is asked for, and decided on.
      await hastenQueries(client, [payment.id]);
    }
    await finishJobs(client, [{ id, outcome: `refused: ${reason}` }]);
  });
}

/** Told by a webhook, or by whoever handed it out, while we were waiting. */
async function isReturned({ pool }: JobDeps, { payment, key }: Job): Promise<boolean> {
  return (await factsOf(pool, [payment])).some((fact) => fact.key === key);
}

async function requestOf({ pool }: JobDeps, job: Job, payment: Payment): Promise<ChargeRequest> {
  const named = job.charge === '' ? null : job.charge;
  const charge = job.kind === 'refund' ? (named ?? (await paidCharge(pool, payment))) : named;
  return { payment: knownOf(payment), charge, amountMinor: job.amountMinor, key: job.key };
}

/** The charge that paid for the order: the first that was captured and is not on its way back itself. */
async function paidCharge(pool: Pool, payment: Payment): Promise<string | null> {
  const captured = (await factsOf(pool, [payment.id])).filter(({ kind }) => kind === 'captured');
  const kept = captured.find(({ decision }) => decision !== 'return-money') ?? captured[0];
  return kept?.charge ?? null;
}

function knownOf({ id, providerRef, amountMinor, currency }: Payment): KnownPayment {
  return { id, providerRef, amountMinor, currency };
}

/** What the member has is in the ledger: the fact alone puts it there. */
async function payAsCredit({ pool, intake }: JobDeps, job: Job, payment: Payment): Promise<void> {
  const charge = (await paidCharge(pool, payment)) ?? '';
  const { key, amountMinor } = job;
  const { provider, currency } = payment;
  const fact: HeardFact = {
    ...{ id: factId('refunded', key), payment: payment.id, kind: 'refunded', heardBy: 'answer' },
    ...{ provider, charge, amountMinor, currency, key },
  };
  await intake.take([fact], done(job));
}

/** Finds what a lost webhook would have told, and closes what nobody has paid when its time is over. */
async function query(
  deps: JobDeps,
  provider: PaymentProvider,
  job: Job,
  payment: Payment,
): Promise<void> {
  const { pool, queries, nowMs } = deps;
  const isLastLook = job.outcome === 'settled';
  await take(deps, payment, await provider.query(knownOf(payment)), 'query');
  const after = (await loadPayments(pool, [payment.id])).get(payment.id);
  if (after === undefined) throw new Error('payments are never taken away');
  if (isSettled(after.state)) {
    if (isLastLook || provider.looksAgainAfterMs === null) {
      await finishJobs(pool, [{ id: job.id, outcome: 'settled' }]);
    }
    return;
  }
  const graceMs = after.state === 'authorised' ? queries.authorisedMs : 0;
  const leftMs = after.expiresAt + graceMs - nowMs();
  if (leftMs > 0) {
    const nextMs = Math.min(queries.lastMs, queries.firstMs * 2 ** Math.min(job.attempts - 1, 20));
    return await postponeJob(pool, job.id, Math.min(nextMs, leftMs), null);
  }
  const key = keyOf('v', payment.id, '');
  const closing = { payment: knownOf(payment), charge: null, amountMinor: 0, key };
  await take(deps, payment, await provider.void(closing), 'answer');
  await postponeJob(pool, job.id, queries.firstMs, null);
}
