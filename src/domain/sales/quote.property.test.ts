import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { cartOf, NAME, PRICE_LIST, quoted, voucher } from '#testing/sale.ts';
import type { Cart } from './cart.ts';
import { sumOf, taxWithin } from './money.ts';
import { totalOf, worthOf } from './order.ts';
import type { Amount, PriceList } from './price-list.ts';

const amount: fc.Arbitrary<Amount> = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), amountMinor: fc.nat(60_000) }),
  fc.record({ kind: fc.constant('per-mille' as const), perMille: fc.nat(1_000) }),
);

const list: fc.Arbitrary<PriceList> = fc
  .record({
    rates: fc.array(fc.nat(2_500), { minLength: 2, maxLength: 2 }),
    prices: fc.array(fc.nat(99_999), { minLength: 4, maxLength: 4 }),
    fees: fc.array(
      fc.record({ amount, per: fc.constantFrom('ticket' as const, 'order' as const) }),
      {
        maxLength: 3,
      },
    ),
    incentives: fc.array(amount, { maxLength: 2 }),
  })
  .map(({ rates, prices, fees, incentives }) => ({
    ...PRICE_LIST,
    taxes: PRICE_LIST.taxes.map((tax, index) => ({ ...tax, rateBasisPoints: rates[index] ?? 0 })),
    prices: PRICE_LIST.prices.map((price, index) => ({
      ...price,
      amountMinor: prices[index % prices.length] ?? 0,
    })),
    fees: fees.map(({ amount: each, per }, index) => ({
      ...{ id: `fee-${index}`, name: NAME, channels: null, amount: each, per },
      tax: PRICE_LIST.taxes[index % 2]?.id ?? '',
    })),
    incentives: incentives.map((off, index) => ({
      ...{ id: `quiet-${index}`, name: NAME, slots: null, off },
      ...{ categories: null, types: null, channels: null },
    })),
  }));

const cart: fc.Arbitrary<Cart> = fc
  .record({
    lines: fc.array(
      fc.record({ category: fc.constantFrom('a', 'b'), type: fc.constantFrom('adult', 'senior') }),
      { minLength: 1, maxLength: 12 },
    ),
    vouchers: fc.array(
      fc.record({
        off: amount,
        ticketsMax: fc.constantFrom(null, 1, 3),
        budgetMinor: fc.constantFrom(null, 1_000, 50_000),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ lines, vouchers }) =>
    cartOf(
      lines.map(({ category, type }) => `${category}:${type}`),
      vouchers.map((one, index) => voucher({ id: `v${index}`, ...one })),
    ),
  );

const sale = fc
  .tuple(cart, list)
  .map(([each, prices]) => ({ vouchers: each.vouchers, made: quoted(each, prices) }));

test('every figure of a quote adds up to the one above it', () => {
  fc.assert(
    fc.property(sale, ({ made }) => {
      const { lines, fees, totalMinor, taxes } = made;
      for (const line of lines) {
        const off = sumOf(line.discounts, (discount) => discount.amountMinor);
        assert.equal(line.ticketMinor, line.priceMinor - off);
        assert.ok(line.ticketMinor >= 0, 'nobody is paid for buying');
        assert.equal(
          line.totalMinor,
          line.ticketMinor + sumOf(line.fees, (fee) => fee.amountMinor),
        );
      }
      const all = sumOf(lines, (line) => line.totalMinor) + sumOf(fees, (fee) => fee.amountMinor);
      assert.equal(totalMinor, all);
      assert.equal(
        sumOf(taxes, (tax) => tax.grossMinor),
        totalMinor,
        'all of it is taxed, once',
      );
      assert.equal(totalOf(worthOf(made)), totalMinor, 'what is earned is what is paid');
    }),
    { numRuns: 500 },
  );
});

test('the tax of a rate is that of its whole, shared out to the unit', () => {
  fc.assert(
    fc.property(sale, ({ made }) => {
      const { lines, fees, taxes } = made;
      for (const { tax, rateBasisPoints, grossMinor, taxMinor } of taxes) {
        assert.equal(taxMinor, taxWithin(grossMinor, rateBasisPoints));
        const parts = [
          ...lines.map((line) => ({ tax: line.tax, taxMinor: line.taxMinor })),
          ...lines.flatMap((line) => line.fees),
          ...fees,
        ];
        const shared = sumOf(
          parts.filter((part) => part.tax === tax),
          (part) => part.taxMinor,
        );
        assert.equal(shared, taxMinor);
      }
    }),
    { numRuns: 500 },
  );
});

test('a voucher never takes more than its budget, nor off more tickets than it may', () => {
  fc.assert(
    fc.property(sale, ({ vouchers, made }) => {
      for (const { voucher } of vouchers) {
        const of = made.lines.flatMap(({ discounts }) =>
          discounts.filter(({ kind, id }) => kind === 'voucher' && id === voucher.id),
        );
        const taken = sumOf(of, (discount) => discount.amountMinor);
        assert.ok(taken <= (voucher.budgetMinor ?? taken));
        assert.ok(of.length <= (voucher.ticketsMax ?? of.length));
        assert.equal(made.vouchers.find(({ id }) => id === voucher.id)?.amountMinor, taken);
      }
    }),
    { numRuns: 300 },
  );
});
