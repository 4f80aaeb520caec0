// Whatever the order in which a provider's messages come, and however often: the same payment, the same order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { decideOrder } from '#domain/sales/decide-order.ts';
import { NO_WORTH, newOrder, type Order, usedMinor } from '#domain/sales/order.ts';
import type { OrderFact } from '#domain/sales/order-fact.ts';
import { fc } from '#testing/properties.ts';
import type { HeardFact, StoredDecision, StoredFact } from './fact-store.ts';
import { type PaymentSums, stateOf, withFact } from './payment-state.ts';
import { type FactKind, factId } from './provider.ts';
import { sortFacts } from './sort-facts.ts';

const AT = 1_000 as Instant;
const ASKED = 38_000;

function fact(kind: FactKind, charge: string, amountMinor = ASKED): HeardFact {
  const said = { payment: 'p', charge, amountMinor, currency: 'CNY', key: null };
  return { id: factId(kind, charge), kind, provider: 'sandbox', heardBy: 'webhook', ...said };
}

/** What may have happened, in the order in which it did; and what must come of it. */
const HISTORIES: readonly (readonly [string, readonly HeardFact[], RegExp, string])[] = [
  ['paid', [fact('authorised', 'a'), fact('captured', 'a')], /^paid$/, 'captured'],
  ['paid at once', [fact('captured', 'a')], /^paid$/, 'captured'],
  [
    'a spare charge let go',
    [fact('authorised', 'a'), fact('authorised', 'b'), fact('captured', 'a'), fact('voided', 'b')],
    // We let go of the one because we know of the other; told backwards, both go back and the buyer pays again.
    ...([/^(paid|ordered)$/, 'captured'] as const),
  ],
  [
    'a spare charge, not let go yet',
    [fact('authorised', 'a'), fact('authorised', 'b'), fact('captured', 'a')],
    ...([/^paid$/, 'captured'] as const),
  ],
  [
    'given back from outside',
    [fact('authorised', 'a'), fact('captured', 'a'), fact('refunded', 'a')],
    ...([/^voided$/, 'refunded'] as const),
  ],
  ['let go', [fact('authorised', 'a'), fact('voided', 'a')], /^ordered$/, 'voided'],
  ['failed', [fact('failed', '', 0)], /^ordered$/, 'failed'],
];

function begun(): Order {
  const held = decideOrder(newOrder('k'), { kind: 'held', at: AT, until: 9_000 as Instant }).order;
  const worth = { ...NO_WORTH, salesMinor: ASKED };
  const ordering = { kind: 'ordered', at: AT, currency: 'CNY', lines: ['1'], worth } as const;
  const { order } = decideOrder(held, ordering);
  const start = { kind: 'payment-started', at: AT, payment: 'p', provider: 'sandbox' } as const;
  return decideOrder(order, { ...start, member: null, askedMinor: ASKED }).order;
}

/** As `takeWithin` does it, without a database. */
class Taken {
  order = begun();
  sums: PaymentSums = {
    ...{ authorisedMinor: 0, capturedMinor: 0, voidedMinor: 0, refundedMinor: 0, isEnded: false },
  };
  readonly stored = new Map<string, StoredFact>();

  take(heard: readonly HeardFact[]): void {
    const { judged, outrun, spare, waiting } = sortFacts([...this.stored.values()], heard);
    for (const each of outrun) this.#keep(each, 'already');
    for (const each of spare) this.#keep(each, 'spare');
    for (const each of waiting) this.#keep(each, 'waiting');
    for (const each of judged) {
      const { kind, payment, amountMinor, currency, charge } = each;
      const told = { kind, payment, amountMinor, currency, providerRef: charge, at: AT };
      const { order, decision } = decideOrder(this.order, {
        ...told,
        returnKey: null,
      } as unknown as OrderFact);
      this.order = order;
      this.#keep(each, decision);
    }
    for (const each of [...outrun, ...spare, ...judged]) this.sums = withFact(this.sums, each);
  }

  #keep(heard: HeardFact, decision: StoredDecision): void {
    this.stored.set(heard.id, { ...heard, decision, heardAt: AT });
  }
}

for (const [name, history, order, payment] of HISTORIES) {
  test(`told in any order, in any parts, and again: ${name}`, () => {
    const batches = fc
      .tuple(
        fc.array(fc.nat(history.length - 1), { maxLength: 6 }),
        fc.infiniteStream(fc.nat(1_000)),
      )
      .map(([again, chance]) => {
        const all = [...history, ...again.map((index) => history[index] as HeardFact)];
        const draws = new Map(all.map((_, index) => [index, chance.next().value as number]));
        const order = all.map((_, index) => index);
        order.sort((a, b) => (draws.get(a) ?? 0) - (draws.get(b) ?? 0));
        const cut = (chance.next().value as number) % (all.length + 1);
        const told = order.map((index) => all[index] as HeardFact);
        return [told.slice(0, cut), told.slice(cut)];
      });
    fc.assert(
      fc.property(batches, (parts) => {
        const taken = new Taken();
        for (const part of parts) taken.take(part);
        assert.match(taken.order.state, order);
        const returning = taken.order.returns.filter(({ cause }) => cause !== 'outside');
        const going = returning.reduce((sum, one) => sum + one.amountMinor, 0);
        assert.equal(usedMinor(taken.order) + going, taken.sums.capturedMinor);
        assert.equal(stateOf(taken.sums), payment);
        const left = [...taken.stored.values()].filter(({ decision }) => decision === 'waiting');
        assert.deepEqual(left, []);
        assert.equal(taken.stored.size, history.length);
        // A charge that the order does not count on is let go, or was asked to be captured and comes back.
        const spare = taken.stored.get('authorised:b')?.decision ?? 'spare';
        assert.match(spare, /^(spare|capture|return-money|already)$/);
        if (!taken.stored.has('voided:b')) assert.notEqual(spare, 'already');
      }),
      { numRuns: 300 },
    );
  });
}
