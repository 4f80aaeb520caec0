// Money in the hands of our own people: taken at a desk, seen on the bank account, handed back. The fact, the order
// and the audit's entry are one transaction.
import type { PoolClient } from 'pg';
import type { z } from 'zod';
import type { HandPayment, handedBack, transferMatch } from '#protocol/payments.ts';
import { appendAct } from '#server/platform/audit-chain.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { factsOf, type HeardFact } from './fact-store.ts';
import { jobsOf } from './job-store.ts';
import { findByKeys, loadPayments, type Payment, paymentByRef } from './payment-store.ts';
import type { Payments } from './payments.ts';
import { factId } from './provider.ts';
import { takeWithin } from './take-facts.ts';
import { notNow, writeBegun } from './write-begun.ts';

/** Who does it, for the audit: pseudonym and node. */
export type Hand = { readonly actor: string; readonly node: string };

/** Or not taken yet: what a desk owes for tickets that were counted out to it. */
type HandTaking = Omit<HandPayment, 'provider'> & {
  readonly provider: HandPayment['provider'] | 'consignment';
};

/**
 * @param beside - what else is written in the transaction that takes it, once
 * @throws HttpProblem `conflict`, `malformed-request`, `not-found`
 */
export async function takeByHand(
  payments: Payments,
  hand: Hand,
  request: HandTaking,
  beside: (client: PoolClient, payment: Payment) => Promise<void> = async () => {},
): Promise<Payment> {
  const provider = payments.providers.get(request.provider);
  if (provider === undefined) throw notTaken(request.provider);
  const member = request.member ?? null;
  if ((request.provider === 'club-credit') !== (member !== null)) {
    throw malformedField('member', 'name the member whose credit it is, with club-credit only');
  }
  const { order, amountMinor, currency, requestId } = request;
  const known = await paidBefore(payments, request);
  if (known !== null) return known;
  const payable = await payments.orders.payable(order, null);
  if (payable.currency !== currency) {
    throw malformedField('currency', `the order is in ${payable.currency}`);
  }
  const id = await payments.orders.withStock(payable.event, async (client) => {
    if (member !== null) await requireCredit(payments, client, member, request);
    const begun = { provider, method: null, requestKey: requestId, amountMinor, member };
    const [payment] = await writeBegun(payments, client, payable.event, [
      { ...begun, payable, takenBy: hand.actor },
    ]);
    if (payment === undefined || 'reason' in payment) throw notNow(payment?.reason ?? '');
    const charge = request.reference ?? payment.id;
    await takeWithin(payments, client, payable.event, [factOf(payment, charge, amountMinor)]);
    await writeAct(payments, client, hand, 'payment.taken', payment, { amountMinor, currency });
    await beside(client, payment);
    return payment.id;
  });
  return await reloaded(payments, id);
}

/** @throws HttpProblem `not-found`, `conflict` */
export async function matchTransfer(
  payments: Payments,
  hand: Hand,
  { reference, amountMinor, currency, bankRef }: z.infer<typeof transferMatch>,
): Promise<Payment> {
  const payment = await paymentByRef(payments.pool, 'transfer', reference);
  if (payment === null) {
    throw new HttpProblem('not-found', {
      detail: `no transfer is awaited under ${reference}`,
      mend: 'look at the reference again; whoever sent it has to be asked, or it goes back',
    });
  }
  await payments.orders.withStock(payment.event, async (client) => {
    // What the bank booked counts, also where it is not what was asked for: then it goes back.
    const fact = { ...factOf(payment, bankRef, amountMinor), currency };
    await takeWithin(payments, client, payment.event, [fact]);
    const detail = { amountMinor, currency };
    await writeAct(payments, client, hand, 'payment.matched', payment, detail);
  });
  payments.wake();
  return await reloaded(payments, payment.id);
}

/** @throws HttpProblem `not-found`, `conflict` */
export async function noteHandedBack(
  payments: Payments,
  hand: Hand,
  id: string,
  { key, reference }: z.infer<typeof handedBack>,
): Promise<Payment> {
  const payment = (await loadPayments(payments.pool, [id])).get(id);
  const jobs = payment === undefined ? [] : await jobsOf(payments.pool, id);
  const refund = jobs.find((job) => job.kind === 'refund' && job.key === key);
  if (payment === undefined || refund === undefined) {
    throw new HttpProblem('not-found', {
      detail: 'this payment has no such refund',
      mend: 'take the key from the refund that the payment shows',
    });
  }
  if (
    payments.providers.get(payment.provider)?.takenBy === 'buyer' &&
    payment.provider !== 'transfer'
  ) {
    throw new HttpProblem('conflict', {
      detail: `${payment.provider} gives money back itself`,
      mend: 'wait for it: handed out besides, the buyer would have it twice',
    });
  }
  const { amountMinor } = refund;
  await payments.orders.withStock(payment.event, async (client) => {
    const charge = refund.charge === '' ? await chargeOf(client, payment) : refund.charge;
    const base = factOf(payment, charge, amountMinor);
    const fact: HeardFact = { ...base, id: factId('refunded', key), kind: 'refunded', key };
    await takeWithin(payments, client, payment.event, [fact]);
    const detail = { amountMinor, reference };
    await writeAct(payments, client, hand, 'payment.handed-back', payment, detail);
  });
  return await reloaded(payments, id);
}

async function paidBefore(
  { pool }: Payments,
  { order, requestId, amountMinor, provider }: HandTaking,
): Promise<Payment | null> {
  const [before] = await findByKeys(pool, [{ order, requestKey: requestId }]);
  if (before === undefined) return null;
  if (before.amountMinor === amountMinor && before.provider === provider) return before;
  throw new HttpProblem('conflict', {
    detail: `requestId ${requestId} was used for another payment`,
    mend: 'choose a new requestId for a new payment',
  });
}

/** Within the stock of the event; two desks that spend one member's credit go one after the other. */
async function requireCredit(
  { orders }: Payments,
  client: PoolClient,
  member: string,
  { amountMinor, currency }: HandTaking,
): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `club credit of ${member}`,
  ]);
  const credit = await orders.creditOf(client, member, currency);
  if (credit >= amountMinor) return;
  throw new HttpProblem('conflict', {
    detail: 'this member has less credit than that',
    mend: `take what there is (${credit} ${currency} in minor units), and the rest another way`,
    more: { why: 'credit-short' },
  });
}

async function chargeOf(client: PoolClient, { id }: Payment): Promise<string> {
  const captured = (await factsOf(client, [id])).find(({ kind }) => kind === 'captured');
  return captured?.charge ?? id;
}

async function writeAct(
  { nowMs }: Payments,
  client: PoolClient,
  { actor, node }: Hand,
  act: string,
  payment: Payment,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const subject = `${payment.order}/${payment.id}`;
  const { provider } = payment;
  await appendAct(client, node, nowMs(), { act, actor, subject, detail: { provider, ...detail } });
}

async function reloaded({ pool }: Payments, id: string): Promise<Payment> {
  const payment = (await loadPayments(pool, [id])).get(id);
  if (payment === undefined) throw new Error('the payment has just been written');
  return payment;
}

function notTaken(name: string): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `${name} is not taken here`,
    mend: 'name it in DIR/payments/hand.json and start the server again',
  });
}

function factOf(payment: Payment, charge: string, amountMinor: number): HeardFact {
  const { id, provider, currency } = payment;
  const what = { payment: id, charge, amountMinor, currency, key: null };
  return {
    id: factId('captured', `${id}:${charge}`),
    kind: 'captured',
    provider,
    heardBy: 'staff',
    ...what,
  };
}
