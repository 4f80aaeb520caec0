// Providers tell twice, late, out of order and wrongly; people cancel and retry in between. Whatever comes,
// the order, its seats and the books must agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import { fc } from '#testing/properties.ts';
import { decideOrder } from './decide-order.ts';
import { balancesOf, type Posting } from './ledger.ts';
import { sumOf } from './money.ts';
import { isLive, isOfSale, newOrder, type Order, totalOf, usedMinor } from './order.ts';
import type { Decided, OrderEffect, OrderFact } from './order-fact.ts';
import { unsoundnessOf } from './order-soundness.ts';

const WORTH = { salesMinor: 800, feesMinor: 140, taxMinor: 60 };

const at = fc.integer({ min: 0, max: 30 }).map((minute) => (minute * MINUTE_MS) as Instant);
const until = fc.integer({ min: 5, max: 20 }).map((minute) => (minute * MINUTE_MS) as Instant);
const payment = fc.constantFrom('p1', 'p1', 'p1', 'p2', 'p2', 'p3', 'stranger');
const amountMinor = fc.constantFrom(1_000, 1_000, 1_000, 600, 600, 400, 999);
const currency = fc.constantFrom(...Array<string>(12).fill('CNY'), 'EUR');
const providerRef = fc.constantFrom('r1', 'r2', 'r3', 'r4');
const lines = fc.constantFrom(null, ['1'], ['2'], ['1', '2'], ['9']);
const returnKey = fc.oneof(
  fc.constantFrom(null, 'refund-1', 'refund-1/1', 'refund-2'),
  fc.tuple(payment, providerRef).map(([id, ref]) => `return:${id}:${ref}`),
);
const worth = fc.constantFrom(
  WORTH,
  { salesMinor: 400, feesMinor: 0, taxMinor: 24 },
  { salesMinor: 400, feesMinor: 140, taxMinor: 36 },
  { salesMinor: 0, feesMinor: 0, taxMinor: 0 },
);
const order = { currency: 'CNY', lines: ['1', '2'], worth: WORTH };
const provider = fc.record({ at, payment, amountMinor, currency, providerRef });

const fact: fc.Arbitrary<OrderFact> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time-passed' as const), at }) },
  fc.record({ kind: fc.constant('hold-lost' as const), at }),
  fc.record({ kind: fc.constant('hold-extended' as const), at, until }),
  { weight: 10, arbitrary: provider.map((each) => ({ kind: 'captured' as const, ...each })) },
  { weight: 3, arbitrary: provider.map((each) => ({ kind: 'authorised' as const, ...each })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(provider, returnKey)
      .map(([each, key]) => ({ kind: 'refunded' as const, ...each, returnKey: key })),
  },
  fc.record({ kind: fc.constantFrom('failed' as const, 'voided' as const), at, payment }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('issued' as const), at }) },
  fc.record({ kind: fc.constant('cancelled' as const), at, lines }),
  fc.record({ kind: fc.constant('return-failed' as const), at, key: returnKey.map(String) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('refund-owed' as const),
      at,
      key: fc.constantFrom('refund-1', 'refund-2', 'refund-3'),
      worth,
      toMember: fc.constantFrom(null, 'member-7'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('payment-started' as const),
      at,
      payment: fc.constantFrom('p1', 'p2', 'p3'),
      provider: fc.constantFrom('stripe', 'cash'),
      member: fc.constantFrom(null, null, 'member-7'),
      askedMinor: fc.constantFrom(1_000, 1_000, 600, 400),
    }),
  },
);

/** Mostly from an order whose payments have begun, so that most histories get somewhere; then anything at all. */
const history = fc
  .record({
    end: until,
    asked: fc.constantFrom([1_000, 1_000], [600, 400], [600, 600], [400, 400], [1_000, 600]),
    begun: fc.constantFrom(0, 1, 2, 4, 4, 4, 4, 4, 4),
    facts: fc.array(fact, { maxLength: 16 }),
    isInOrder: fc.constantFrom(true, true, true, false),
  })
  .map(({ end, asked, begun, facts, isInOrder }): OrderFact[] => {
    const zero = 0 as Instant;
    const of = { provider: 'stripe', member: null };
    const [first = 0, second = 0] = asked;
    const start: OrderFact[] = [
      { kind: 'held', at: zero, until: end },
      { kind: 'ordered', at: zero, ...order },
      { kind: 'payment-started', at: zero, payment: 'p1', askedMinor: first, ...of },
      { kind: 'payment-started', at: zero, payment: 'p2', askedMinor: second, ...of },
    ];
    const told = isInOrder ? facts.toSorted((a, b) => a.at - b.at) : facts;
    return [...start.slice(0, begun), ...told];
  });

test('the histories that follow get somewhere: orders are paid, in parts too, and money comes too late', () => {
  const seen = new Map<string, number>();
  const see = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (const facts of fc.sample(history, { numRuns: 2_000, seed: 7 })) {
    const end = tell(facts, (_, __, { decision }) => see(decision));
    see(end.state);
    for (const { cause } of end.returns) see(cause);
  }
  const all = ['paid', 'part-paid', 'capture', 'issued', 'expired', 'cancelled', 'voided'];
  const causes = ['late', 'double', 'wrong-amount', 'order-ended', 'refund', 'outside'];
  assert.deepEqual(
    [...all, ...causes].filter((what) => (seen.get(what) ?? 0) === 0),
    [],
    JSON.stringify([...seen]),
  );
});

test('an order is paid only while its seats are held for it, and is sold and issued once', () => {
  fc.assert(
    fc.property(history, (facts) => {
      let sold = 0;
      let issued = 0;
      tell(facts, (before, told, after) => {
        const wasHeld = isLive(before) && before.holdUntil !== null && before.holdUntil > told.at;
        if (after.decision === 'paid') assert.ok(wasHeld, 'paid without a live hold');
        if (count(after, 'sell-seats') > 0) assert.equal(after.decision, 'paid');
        sold += count(after, 'sell-seats');
        issued += count(after, 'issue-tickets');
      });
      assert.ok(sold <= 1);
      assert.equal(issued, sold);
    }),
    { numRuns: 2_000 },
  );
});

test('captured money has a paid order, goes back, or is a part awaiting the rest under a live hold', () => {
  fc.assert(
    fc.property(history, (facts) => {
      tell(facts, (_, told, { order: after }) => {
        assert.deepEqual(unsoundnessOf(after), [], `after ${JSON.stringify(told)}`);
      });
    }),
    { numRuns: 3_000 },
  );
});

test('the books say what the order says, and all balances together are nought', () => {
  fc.assert(
    fc.property(history, (facts) => {
      const postings: Posting[] = [];
      tell(facts, (_, __, { order: after, effects }) => {
        for (const effect of effects) {
          if (effect.kind === 'post') postings.push(...effect.postings);
        }
        checkBooks(after, postings);
      });
    }),
    { numRuns: 3_000 },
  );
});

test('a fact told twice in a row changes nothing the second time and moves no money', () => {
  fc.assert(
    fc.property(history, (facts) => {
      tell(facts, (_, told, { order: after }) => {
        const again = decideOrder(after, told);
        if (told.kind === 'hold-extended' && again.decision === 'refused') return;
        assert.deepEqual(again.order, after, JSON.stringify(told));
        const moving = again.effects.filter(({ kind }) => !['void', 'attention'].includes(kind));
        assert.deepEqual(moving, []);
      });
    }),
    { numRuns: 2_000 },
  );
});

test('every return is asked for once, by its key and for its amount', () => {
  fc.assert(
    fc.property(history, (facts) => {
      const asked = new Map<string, number>();
      const end = tell(facts, (_, __, { effects }) => {
        for (const effect of effects) {
          if (effect.kind !== 'refund') continue;
          assert.ok(!asked.has(effect.key), `asked twice: ${effect.key}`);
          asked.set(effect.key, effect.amountMinor);
        }
      });
      for (const one of end.returns) {
        const isAsked = asked.get(one.key) ?? 0;
        if (one.cause === 'outside') assert.equal(isAsked, 0);
        else assert.ok(isAsked >= one.amountMinor - one.returnedMinor, one.key);
        assert.ok(isAsked <= one.amountMinor);
      }
    }),
    { numRuns: 2_000 },
  );
});

function checkBooks(order: Order, postings: readonly Posting[]): void {
  for (const money of ['CNY', 'EUR']) {
    const balances = balancesOf(postings.filter((posting) => posting.currency === money));
    const of = (name: string) =>
      sumOf([...balances], ([account, minor]) => (account.startsWith(name) ? minor : 0));
    assert.equal(of(''), 0, 'all balances together');
    const taken = order.payments
      .flatMap(({ captures }) => captures)
      .filter((capture) => capture.currency === money);
    const back = order.returns.filter((one) => one.currency === money);
    const returned = sumOf(back, (one) => one.returnedMinor);
    assert.equal(
      of('cash:') + of('credit:'),
      sumOf(taken, (one) => one.amountMinor) - returned,
      'what is held',
    );
    assert.equal(0 - of('refunds-due'), sumOf(back, (one) => one.amountMinor) - returned, 'owed');
    if (money !== 'CNY') continue;
    const isPaid = !isLive(order) && usedMinor(order) > 0;
    assert.equal(0 - of('receivable'), isPaid ? 0 : usedMinor(order), 'parts');
    const { salesMinor, feesMinor, taxMinor } = order.worthLeft;
    const earned = isPaid ? [salesMinor, feesMinor, taxMinor] : [0, 0, 0];
    assert.deepEqual([0 - of('sales'), 0 - of('fees'), 0 - of('tax')], earned, 'earned');
    const ofSale = sumOf(back, (one) => (isOfSale(one) ? one.amountMinor : 0));
    if (isPaid) assert.equal(totalOf(order.worthLeft), totalOf(order.worth) - ofSale);
  }
}

function tell(
  facts: readonly OrderFact[],
  look: (before: Order, told: OrderFact, after: Decided) => void,
): Order {
  let order = newOrder('o1');
  for (const each of facts) {
    const decided = decideOrder(order, each);
    look(order, each, decided);
    order = decided.order;
  }
  return order;
}

function count({ effects }: Decided, kind: OrderEffect['kind']): number {
  return effects.filter((effect) => effect.kind === kind).length;
}
