import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeAddress, placeOf } from './address.ts';

test('every place has an address that leads to it', () => {
  assert.deepEqual(placeOf(placeAddress.matches()), { at: 'matches' });
  assert.deepEqual(placeOf(placeAddress.match('a/b')), { at: 'match', event: 'a/b' });
  assert.deepEqual(placeOf(placeAddress.seats('derby')), { at: 'seats', event: 'derby' });
  assert.deepEqual(placeOf(placeAddress.cart('derby', 'h-1')), {
    at: 'cart',
    event: 'derby',
    hold: 'h-1',
  });
  assert.deepEqual(placeOf(placeAddress.order('k-1')), { at: 'order', order: 'k-1' });
  assert.deepEqual(placeOf(placeAddress.orders()), { at: 'orders' });
  const ticket = { at: 'ticket', order: 'k-1', line: '2' };
  assert.deepEqual(placeOf(placeAddress.ticket('k-1', '2')), ticket);
  assert.deepEqual(placeOf(placeAddress.giveBack('k-1')), { at: 'give-back', order: 'k-1' });
});

test('an address that says nothing leads to the matches', () => {
  for (const path of ['/shop/', '/shop', '/shop/x/y', '/shop/e/', '/shop/%']) {
    assert.deepEqual(placeOf(path), { at: 'matches' }, path);
  }
});
