import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '#testing/entry.ts';
import { PRICE_LIST } from '#testing/sale.ts';
import { lowestPrice } from './incentive.ts';

test('the lowest price is that of the moment, of what anybody may buy', () => {
  const [morning] = PRICE_LIST.incentives;
  assert.ok(morning !== undefined);
  const forAll = { ...PRICE_LIST, incentives: [{ ...morning, types: null, categories: null }] };
  assert.equal(
    lowestPrice(PRICE_LIST, 'web', at('15:00')),
    6_000,
    'a child’s, outside of the slot',
  );
  assert.equal(lowestPrice(forAll, 'web', at('10:00')), 5_400, 'the child’s in the slot');
  const onlyAtDesks = {
    ...forAll,
    incentives: [{ ...morning, channels: ['box-office' as const] }],
  };
  assert.equal(lowestPrice(onlyAtDesks, 'web', at('10:00')), 6_000);
  const onlyMembers = {
    ...PRICE_LIST,
    prices: PRICE_LIST.prices.filter(({ type }) => type === 'member'),
  };
  assert.equal(lowestPrice(onlyMembers, 'web', at('15:00')), null, 'seen only with a voucher');
});
