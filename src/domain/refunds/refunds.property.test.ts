// Orders are given back in any parts and order, quotes taken up twice or late, policies edited between:
// what goes back is what was quoted, and never more than was paid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import { decideOrder } from '#domain/sales/decide-order.ts';
import { sumOf } from '#domain/sales/money.ts';
import { newOrder, type Order, totalOf, usedMinor, worthOf } from '#domain/sales/order.ts';
import type { OrderFact } from '#domain/sales/order-fact.ts';
import { unsoundnessOf } from '#domain/sales/order-soundness.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { at } from '#testing/entry.ts';
import { fc } from '#testing/properties.ts';
import { cartOf, NAME, PRICE_LIST, quoted, voucher } from '#testing/sale.ts';
import { acceptRefund } from './accept-refund.ts';
import { checkTiers, type RefundPolicy, snapshotOf, TIERS_MAX, type Tier } from './policy.ts';
import { type LineStanding, type Purchase, quoteRefund, type RefundQuote } from './quote-refund.ts';
import type { MatchFate } from './terms.ts';
import { readTierTable, writeTierTable } from './tier-table.ts';

const KICK_OFF = at('19:35');
const DAY_MINUTES = 24 * 60;

const tiers: fc.Arbitrary<Tier[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 40 * DAY_MINUTES }), { maxLength: TIERS_MAX })
  .chain((minutes) =>
    fc
      .array(fc.nat(1_000), { minLength: minutes.length, maxLength: minutes.length })
      .map((kept) => {
        const rising = kept.toSorted((a, b) => a - b);
        return minutes
          .toSorted((a, b) => b - a)
          .map((before, index) => ({
            until: { kind: 'before-kick-off' as const, minutes: before },
            keptPerMille: rising[index] ?? 0,
          }));
      }),
  );

const policy: fc.Arbitrary<RefundPolicy> = fc.record({
  id: fc.constant('p'),
  version: fc.constant(1),
  name: fc.constant(NAME),
  tiers,
  fees: fc.constantFrom('kept' as const, 'returned' as const, 'as-ticket' as const),
  movedByMinutes: fc.constant(120),
  graceMinutes: fc.constantFrom(0, DAY_MINUTES),
  restoresVouchers: fc.boolean(),
});

/** Uneven prices and a voucher for the whole order, so that every split leaves a remainder. */
const bought: fc.Arbitrary<Quote> = fc
  .record({
    lines: fc.array(fc.constantFrom('a:adult', 'a:senior', 'b:adult', 'b:senior'), {
      minLength: 1,
      maxLength: 6,
    }),
    prices: fc.array(fc.integer({ min: 0, max: 50_001 }), { minLength: 4, maxLength: 4 }),
    off: fc.nat(70_000),
  })
  .map(({ lines, prices, off }) => {
    const list = {
      ...PRICE_LIST,
      prices: PRICE_LIST.prices.map((price, index) => ({
        ...price,
        amountMinor: prices[index % 4] ?? 0,
      })),
    };
    return quoted(cartOf(lines, [voucher({ off: { kind: 'fixed', amountMinor: off } })]), list);
  });

const moment = fc
  .integer({ min: -45 * DAY_MINUTES, max: DAY_MINUTES })
  .map((minutes) => plusMs(KICK_OFF, minutes * MINUTE_MS));

const fate: fc.Arbitrary<MatchFate> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<MatchFate>({ kind: 'as-planned' }) },
  fc.constant<MatchFate>({ kind: 'postponed' }),
  fc.constant<MatchFate>({ kind: 'cancelled' }),
  fc.record({ kind: fc.constant('moved' as const), noticeAt: moment, kickOffAt: moment }),
);

type Act = {
  readonly lines: readonly number[];
  readonly now: Instant;
  readonly waitedMinutes: number;
  readonly tries: number;
  readonly fate: MatchFate;
  readonly edited: RefundPolicy;
};
const act: fc.Arbitrary<Act> = fc.record({
  lines: fc.array(fc.nat(6), { maxLength: 4 }),
  now: moment,
  waitedMinutes: fc.nat(20),
  tries: fc.integer({ min: 1, max: 3 }),
  fate,
  edited: policy,
});

test('any order of part returns and retries pays exactly what was quoted, at most what was paid', () => {
  fc.assert(
    fc.property(bought, policy, fc.array(act, { maxLength: 8 }), (quote, each, acts) => {
      const purchase: Purchase = { quote, policy: snapshotOf(each, KICK_OFF) };
      let order = paidOrder(quote);
      const accepted: RefundQuote[] = [];
      for (const [index, one] of acts.entries()) {
        const standing = standingOf(order);
        const ids = one.lines.map((line) => String(line + 1));
        const made = quoteRefund(purchase, ids, standing, one.fate, one.now);
        if ('kind' in made) continue;
        const later = plusMs(one.now, one.waitedMinutes * MINUTE_MS);
        const facts = acceptRefund(made, `refund-${index}`, standing, null, later);
        if ('kind' in facts) continue;
        accepted.push(made);
        for (let tries = 0; tries < one.tries; tries += 1) order = told(order, facts);
        assert.deepEqual(unsoundnessOf(order), []);
      }
      const goesBack = sumOf(order.returns, (back) => back.amountMinor);
      assert.equal(
        goesBack,
        sumOf(accepted, (made) => made.totalMinor),
      );
      assert.ok(goesBack <= usedMinor(order));
    }),
    { numRuns: 500 },
  );
});

test('given back in any parts it comes to the same as all at once', () => {
  const cut = fc.array(fc.nat(5), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(bought, policy, cut, moment, fate, (quote, each, parts, now, becomes) => {
      const purchase: Purchase = { quote, policy: snapshotOf(each, KICK_OFF) };
      const ids = quote.lines.map(({ id }) => id);
      const whole = quoteRefund(purchase, ids, new Map(), becomes, now);
      const standing = new Map<string, LineStanding>();
      const groups = Map.groupBy(ids, (_, index) => parts[index]);
      let total = 0;
      for (const group of groups.values()) {
        const part = quoteRefund(purchase, group, standing, becomes, now);
        if ('kind' in part) return assert.ok('kind' in whole);
        total += part.totalMinor;
        for (const id of group) standing.set(id, 'returned');
      }
      assert.ok(!('kind' in whole));
      assert.equal(total, whole.totalMinor);
    }),
    { numRuns: 500 },
  );
});

test('a cancelled match brings back to the unit what was paid', () => {
  fc.assert(
    fc.property(bought, policy, moment, (quote, each, now) => {
      const purchase: Purchase = { quote, policy: snapshotOf(each, KICK_OFF) };
      const ids = quote.lines.map(({ id }) => id);
      const made = quoteRefund(purchase, ids, new Map(), { kind: 'cancelled' }, now);
      assert.ok(!('kind' in made));
      assert.deepEqual(made.worth, worthOf(quote));
    }),
    { numRuns: 300 },
  );
});

test('a line and what comes back for it add up, part by part', () => {
  fc.assert(
    fc.property(bought, policy, moment, fate, (quote, each, now, becomes) => {
      const purchase: Purchase = { quote, policy: snapshotOf(each, KICK_OFF) };
      const ids = quote.lines.map(({ id }) => id);
      const made = quoteRefund(purchase, ids, new Map(), becomes, now);
      if ('kind' in made) return;
      for (const { parts, paidMinor, backMinor } of made.lines) {
        for (const part of parts) assert.equal(part.paidMinor, part.keptMinor + part.backMinor);
        assert.equal(
          paidMinor,
          sumOf(parts, (part) => part.paidMinor),
        );
        assert.equal(
          backMinor,
          sumOf(parts, (part) => part.backMinor),
        );
      }
      assert.equal(
        sumOf(made.lines, (line) => line.paidMinor),
        quote.totalMinor,
      );
      assert.equal(totalOf(made.worth), made.totalMinor);
      assert.ok(Object.values(made.worth).every((minor) => minor >= 0));
    }),
    { numRuns: 300 },
  );
});

test('waiting never brings more back, and a table written is the table read', () => {
  fc.assert(
    fc.property(bought, policy, moment, fc.nat(DAY_MINUTES), (quote, each, now, waited) => {
      assert.deepEqual(checkTiers(each.tiers), []);
      if (each.tiers.length > 0) {
        assert.deepEqual(readTierTable(writeTierTable(each.tiers)), { tiers: each.tiers });
      }
      const purchase: Purchase = { quote, policy: snapshotOf(each, KICK_OFF) };
      const back = (then: Instant) => {
        const made = quoteRefund(purchase, ['1'], new Map(), { kind: 'as-planned' }, then);
        return 'kind' in made ? -1 : made.totalMinor;
      };
      assert.ok(back(plusMs(now, waited * MINUTE_MS)) <= back(now));
    }),
    { numRuns: 300 },
  );
});

function paidOrder(quote: Quote): Order {
  const now = at('10:00');
  const amountMinor = quote.totalMinor;
  const first = Math.floor(amountMinor / 3);
  const money = { at: now, currency: 'CNY', provider: 'stripe', member: null };
  const part = (payment: string, minor: number): OrderFact[] =>
    minor === 0
      ? []
      : [
          { kind: 'payment-started', payment, askedMinor: minor, ...money },
          { kind: 'captured', payment, amountMinor: minor, providerRef: payment, ...money },
        ];
  const order = told(newOrder('o1'), [
    { kind: 'held', at: now, until: at('10:15') },
    {
      kind: 'ordered',
      at: now,
      currency: 'CNY',
      lines: quote.lines.map(({ id }) => id),
      worth: worthOf(quote),
    },
    ...part('cash', first),
    ...part('card', amountMinor - first),
  ]);
  assert.equal(order.state, 'paid');
  return order;
}

function told(order: Order, facts: readonly OrderFact[]): Order {
  return facts.reduce((before, fact) => decideOrder(before, fact).order, order);
}

function standingOf({ lines }: Order): Map<string, LineStanding> {
  return new Map(lines.map(({ id, isCancelled }) => [id, isCancelled ? 'returned' : 'live']));
}
