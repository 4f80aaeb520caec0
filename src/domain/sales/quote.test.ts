import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '#testing/entry.ts';
import { cartOf, PRICE_LIST, quoted, voucher } from '#testing/sale.ts';
import type { Cart } from './cart.ts';
import { categoryOf } from './price-list.ts';
import { quote } from './quote.ts';

const AFTERNOON = at('15:00');

test('prices each line with its fee, the fee of the order, and the tax within them', () => {
  const { lines, fees, taxes, totalMinor } = quoted(cartOf(['a:adult', 'b:adult']));
  assert.deepEqual(
    lines.map(({ priceMinor, ticketMinor, totalMinor: total }) => [priceMinor, ticketMinor, total]),
    [
      [38_000, 38_000, 38_950],
      [18_000, 18_000, 18_450],
    ],
  );
  assert.deepEqual(lines[0]?.fees, [
    { fee: 'service', amountMinor: 950, tax: 'vat-13', taxMinor: 109 },
  ]);
  assert.deepEqual(fees, [{ fee: 'handling', amountMinor: 500, tax: 'vat-13', taxMinor: 58 }]);
  assert.deepEqual(taxes, [
    { tax: 'vat-6', rateBasisPoints: 600, grossMinor: 56_000, taxMinor: 3_170 },
    { tax: 'vat-13', rateBasisPoints: 1_300, grossMinor: 1_900, taxMinor: 219 },
  ]);
  assert.equal(totalMinor, 57_900);
});

test('a quieter hour is cheaper for whom it is meant, from its first moment to before its last', () => {
  const ticket = (clock: string, line: string) =>
    quoted(cartOf([line]), PRICE_LIST, at(clock)).lines[0]?.ticketMinor;
  assert.equal(ticket('08:59', 'b:adult'), 18_000);
  assert.equal(ticket('09:00', 'b:adult'), 16_200);
  assert.equal(ticket('11:00', 'b:adult'), 18_000);
  assert.equal(ticket('10:00', 'a:adult'), 38_000);
  assert.equal(ticket('10:00', 'b:senior'), 9_000);
});

test('the best of several incentives counts, not all of them', () => {
  const [morning] = PRICE_LIST.incentives;
  assert.ok(morning !== undefined);
  const fixture = { ...morning, id: 'fixture', slots: null };
  const more = { ...fixture, off: { kind: 'fixed', amountMinor: 3_000 } as const };
  const list = { ...PRICE_LIST, incentives: [morning, more] };
  const { discounts } = quoted(cartOf(['b:adult']), list, at('10:00')).lines[0] ?? {};
  assert.deepEqual(discounts, [{ kind: 'incentive', id: 'fixture', amountMinor: 3_000 }]);
});

test('a voucher of a fixed amount is shared among the lines by what they cost', () => {
  const off = { kind: 'fixed', amountMinor: 100 } as const;
  const { lines } = quoted(cartOf(['b:adult', 'b:adult', 'b:adult'], [voucher({ off })]));
  const taken = lines.map(({ discounts }) => discounts[0]?.amountMinor);
  assert.deepEqual(taken, [34, 33, 33]);
});

test('a voucher for one ticket is used for the dearest', () => {
  const off = { kind: 'per-mille', perMille: 500 } as const;
  const { lines } = quoted(cartOf(['b:adult', 'a:adult'], [voucher({ off, ticketsMax: 1 })]));
  assert.deepEqual(
    lines.map(({ ticketMinor }) => ticketMinor),
    [18_000, 19_000],
  );
});

test('a voucher that makes everything free leaves nothing to pay, fees neither', () => {
  const off = { kind: 'per-mille', perMille: 1_000 } as const;
  const { totalMinor, fees, lines } = quoted(cartOf(['b:adult'], [voucher({ off })]));
  assert.equal(totalMinor, 0);
  assert.deepEqual([...fees, ...(lines[0]?.fees ?? [])], []);
});

test('a voucher gives no more than is left of its budget', () => {
  const spent = { orders: 9, byThisPerson: 0, spentMinor: 9_000 };
  const last = { ...voucher({ budgetMinor: 10_000 }), use: spent };
  assert.equal(quoted(cartOf(['b:adult'], [last])).vouchers[0]?.amountMinor, 1_000);
});

test('says why a voucher is not taken', () => {
  const used = { orders: 5, byThisPerson: 2, spentMinor: 100 };
  const stranger = { ...cartOf(['b:adult']), person: null };
  const cases: [string, ReturnType<typeof voucher>, Cart?][] = [
    ['voucher-too-early', voucher({ validFrom: at('16:00') })],
    ['voucher-expired', voucher({ validUntil: AFTERNOON })],
    ['voucher-not-here', voucher({ channels: ['box-office'] })],
    ['voucher-used-up', { ...voucher({ usesMax: 5 }), use: used }],
    ['voucher-used-up', { ...voucher({ budgetMinor: 100 }), use: used }],
    ['voucher-person-limit', { ...voucher({ perPersonMax: 2 }), use: used }],
    ['voucher-needs-person', voucher({ perPersonMax: 2 }), stranger],
    ['voucher-fits-nothing', voucher({ categories: ['a'] })],
  ];
  for (const [reason, one, cart = cartOf(['b:adult'])] of cases) {
    const refused = { kind: 'refused', reason, about: 'v1' };
    assert.deepEqual(quote({ ...cart, vouchers: [one] }, PRICE_LIST, AFTERNOON), refused);
  }
  const alone = voucher({ id: 'v2', isCombinable: false });
  const both = quote(cartOf(['b:adult'], [voucher(), alone]), PRICE_LIST, AFTERNOON);
  assert.deepEqual(both, { kind: 'refused', reason: 'voucher-does-not-combine', about: 'v2' });
  const twice = quote(cartOf(['b:adult'], [voucher(), voucher()]), PRICE_LIST, AFTERNOON);
  assert.deepEqual(twice, { kind: 'refused', reason: 'voucher-does-not-combine', about: 'v1' });
});

test('families are whole, children are not alone, and members have their code', () => {
  const refused = (lines: string[], vouchers = [voucher({ off: null, unlocks: [] })]) => {
    const made = quote(cartOf(lines, vouchers), PRICE_LIST, AFTERNOON);
    return 'kind' in made ? made.reason : 'sold';
  };
  const family = ['b:family', 'b:family', 'b:family', 'b:family'];
  assert.equal(refused(family), 'sold');
  assert.equal(refused(family.slice(1)), 'type-in-groups');
  assert.equal(refused(['b:adult', 'b:child', 'b:child']), 'sold');
  assert.equal(refused(['b:adult', 'b:child', 'b:child', 'b:child']), 'type-accompanied');
  assert.equal(refused(['b:child']), 'type-accompanied');
  assert.equal(refused(['b:member']), 'type-locked');
  assert.equal(refused(['b:member'], [voucher({ off: null, unlocks: ['member'] })]), 'sold');
  assert.equal(refused(['a:child', 'a:adult']), 'not-sold');
  assert.equal(refused(['b:press']), 'not-sold');
  assert.equal(refused([]), 'empty-cart');
});

test('the narrowest entry says which category a seat is of', () => {
  const of = (section: string, row: string | null, seat: string | null) =>
    categoryOf(PRICE_LIST, { section, row, seat });
  assert.equal(of('N103', '7', '1'), 'b');
  assert.equal(of('N103', '2', '8'), 'a');
  assert.equal(of('N103', '2', '9'), 'b');
  assert.equal(of('N103', null, null), 'b');
  assert.equal(of('S101', '1', '1'), null);
});
