import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import type { PolicySnapshot } from '#domain/refunds/policy.ts';
import type { LineStanding } from '#domain/refunds/quote-refund.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { fc } from '#testing/properties.ts';
import {
  decideConsequence,
  type EventChange,
  NOTHING_FORESEEN,
  plusConsequence,
} from './event-change.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z') as Instant;
const KICK_OFF = Date.parse('2026-11-29T11:30:00Z') as Instant;
const hours = (at: Instant, more: number) => (at + more * 60 * MINUTE_MS) as Instant;
const moved = (startsAt: Instant): EventChange => ({
  kind: 'moved',
  doorsAt: hours(startsAt, -2),
  startsAt,
  endsAt: hours(startsAt, 2),
});

const POLICY: PolicySnapshot = {
  policy: { id: 'stepped', version: 1 },
  kickOffAt: KICK_OFF,
  tiers: [{ until: hours(KICK_OFF, -240), minutesBefore: 240 * 60, keptPerMille: 500 }],
  fees: 'kept',
  movedByMinutes: 60,
  graceMinutes: 7 * 24 * 60,
  restoresVouchers: true,
};

function quoteOf(prices: readonly number[], feeMinor: number): Quote {
  const lines = prices.map((ticketMinor, index) => ({
    id: String(index),
    category: 'a',
    type: 'adult',
    priceMinor: ticketMinor,
    discounts: [],
    ticketMinor,
    tax: 'vat',
    taxMinor: Math.floor(ticketMinor / 20),
    fees: [{ fee: 'service', amountMinor: feeMinor, tax: 'vat', taxMinor: 0 }],
    totalMinor: ticketMinor + feeMinor,
  }));
  return {
    priceList: { id: 'p', version: 1 },
    at: NOW,
    channel: 'web',
    currency: 'CNY',
    lines,
    fees: [],
    vouchers: [],
    taxes: [],
    totalMinor: lines.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
  };
}

const standings = fc.array(fc.constantFrom<LineStanding>('live', 'returned', 'entered'), {
  minLength: 1,
  maxLength: 8,
});

test('a cancelled match gives back all that was paid for whoever has not been inside, and no more', () => {
  fc.assert(
    fc.property(standings, fc.nat(50_000), fc.nat(2_000), fc.boolean(), (are, price, fee, has) => {
      const quote = quoteOf(
        are.map((_, index) => price + index),
        fee,
      );
      const entries = are.map((is, index) => [String(index), is] as const);
      const standing = new Map(entries.filter(([, is]) => is !== 'live'));
      const order = { state: 'issued', quote, policy: has ? POLICY : null, standing } as const;
      const consequence = decideConsequence({ kind: 'cancelled' }, order, KICK_OFF, NOW);
      const live = quote.lines.filter(({ id }) => !standing.has(id));
      if (live.length === 0) return assert.equal(consequence.kind, 'untouched');
      assert.ok(consequence.kind === 'refunded');
      const paid = live.reduce((sum, { totalMinor }) => sum + totalMinor, 0);
      assert.equal(consequence.refund.totalMinor, paid);
      const entered = are.filter((is) => is === 'entered').length;
      const sum = plusConsequence(NOTHING_FORESEEN, consequence, true);
      assert.deepEqual([sum.tickets, sum.refundMinor, sum.entered], [live.length, paid, entered]);
    }),
  );
});

test('a match moved by little leaves all as it is; moved by more, everybody may give back for a while', () => {
  const order = {
    state: 'issued',
    quote: quoteOf([100], 0),
    policy: POLICY,
    standing: new Map(),
  } as const;
  const little = decideConsequence(
    moved((KICK_OFF + 30 * MINUTE_MS) as Instant),
    order,
    KICK_OFF,
    NOW,
  );
  assert.deepEqual(little, { kind: 'told', mayReturn: false, returnBy: null, tickets: 1 });
  const more = decideConsequence(moved(hours(KICK_OFF, 26)), order, KICK_OFF, NOW);
  assert.deepEqual(more, {
    kind: 'told',
    mayReturn: true,
    returnBy: NOW + POLICY.graceMinutes * MINUTE_MS,
    tickets: 1,
  });
});

test('a postponed match leaves tickets good, and lets whoever will give them back', () => {
  const order = {
    state: 'issued',
    quote: quoteOf([100], 0),
    policy: POLICY,
    standing: new Map(),
  } as const;
  const told = decideConsequence({ kind: 'postponed' }, order, KICK_OFF, NOW);
  assert.deepEqual(told, { kind: 'told', mayReturn: true, returnBy: null, tickets: 1 });
});

test('an order that is not paid ends with a cancelled match, and hears nothing of another date', () => {
  const order = {
    state: 'paying',
    quote: quoteOf([100], 0),
    policy: POLICY,
    standing: new Map(),
  } as const;
  assert.equal(decideConsequence({ kind: 'cancelled' }, order, KICK_OFF, NOW).kind, 'ended');
  assert.equal(
    decideConsequence(moved(hours(KICK_OFF, 26)), order, KICK_OFF, NOW).kind,
    'untouched',
  );
  for (const state of ['expired', 'cancelled', 'voided', 'cart'] as const) {
    const none = decideConsequence({ kind: 'cancelled' }, { ...order, state }, KICK_OFF, NOW);
    assert.equal(none.kind, 'untouched', state);
  }
});
