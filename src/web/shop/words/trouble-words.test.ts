import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOLD_REFUSALS } from '#protocol/shop.ts';
import { SHOP_WORDS } from '../shop-words.ts';

test('whatever a hold may be refused for is said in words', () => {
  for (const why of HOLD_REFUSALS) assert.ok(`trouble.${why}` in SHOP_WORDS, why);
});
