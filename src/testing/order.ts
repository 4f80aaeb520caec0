// Given, when, then for orders: an order of two tickets for 1,000, told what a test says.
import assert from 'node:assert/strict';
import type { Instant } from '#domain/kernel/instant.ts';
import { decideOrder } from '#domain/sales/decide-order.ts';
import { newOrder, type Order } from '#domain/sales/order.ts';
import type { Decided, OrderEffect, OrderFact } from '#domain/sales/order-fact.ts';
import { unsoundnessOf } from '#domain/sales/order-soundness.ts';
import { at } from '#testing/entry.ts';

type WithoutTime<Fact> = Fact extends { readonly at: Instant } ? Omit<Fact, 'at'> : never;
type Told = WithoutTime<OrderFact>;

/** A clock and a fact: `['18:05', captured()]`. */
export type Step = readonly [clock: string, fact: Told];

export const TOTAL_MINOR = 1_000;

/** Held at 18:00 until 18:10, then ordered. */
export const ORDERED: readonly Step[] = [
  ['18:00', { kind: 'held', until: at('18:10') }],
  [
    '18:01',
    {
      kind: 'ordered',
      currency: 'CNY',
      lines: ['1', '2'],
      worth: { salesMinor: 800, feesMinor: 140, taxMinor: 60 },
    },
  ],
];

export function started(payment = 'p1', askedMinor = TOTAL_MINOR, provider = 'stripe'): Told {
  return { kind: 'payment-started', payment, provider, member: null, askedMinor };
}

export function money(
  kind: 'authorised' | 'captured',
  payment = 'p1',
  amountMinor = TOTAL_MINOR,
  providerRef = `${payment}-1`,
): Told {
  return { kind, payment, amountMinor, currency: 'CNY', providerRef };
}

export function refunded(returnKey: string | null, amountMinor = TOTAL_MINOR): Told {
  const providerRef = `r-${returnKey}`;
  return { kind: 'refunded', payment: 'p1', amountMinor, currency: 'CNY', providerRef, returnKey };
}

/** Paid with one payment at 18:03. */
export const PAID: readonly Step[] = [
  ...ORDERED,
  ['18:02', started()],
  ['18:03', money('captured')],
];

export function given(steps: readonly Step[]): { when: (clock: string, fact: Told) => Outcome } {
  let order = newOrder('o1');
  for (const [clock, fact] of steps) order = tell(order, clock, fact).order;
  return { when: (clock, fact) => outcomeOf(tell(order, clock, fact)) };
}

export type Outcome = Decided & {
  /** Decision and state, and effects as words: `refund return:p1:p1-1 1000 late`. */
  gives: (decision: string, state: string, effects: readonly string[]) => void;
};

function outcomeOf(decided: Decided): Outcome {
  return {
    ...decided,
    gives(decision, state, effects) {
      const said = decided.reason === null ? decided.decision : decided.reason;
      assert.deepEqual([said, decided.order.state], [decision, state]);
      assert.deepEqual(decided.effects.filter(({ kind }) => kind !== 'post').map(wordsOf), effects);
    },
  };
}

function tell(order: Order, clock: string, fact: Told): Decided {
  const decided = decideOrder(order, { ...fact, at: at(clock) } as OrderFact);
  assert.deepEqual(unsoundnessOf(decided.order), []);
  return decided;
}

function wordsOf(effect: OrderEffect): string {
  switch (effect.kind) {
    case 'refund':
      return `refund ${effect.key} ${effect.amountMinor} ${effect.cause}`;
    case 'capture':
      return `capture ${effect.payment} ${effect.amountMinor}`;
    case 'void':
      return `void ${effect.payment}`;
    case 'attention':
      return `attention ${effect.about}`;
    case 'cancel-tickets':
      return `cancel-tickets ${effect.lines.join(' ')}`;
    case 'release-seats':
      return `release-seats ${effect.lines === null ? 'all' : effect.lines.join(' ')}`;
    default:
      return effect.kind;
  }
}
