import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '#testing/entry.ts';
import { NAME, PRICE_LIST } from '#testing/sale.ts';
import { checkPriceList, PRICE_MAX_MINOR } from './check-price-list.ts';
import { AMOUNT_MAX_MINOR } from './money.ts';
import type { PriceList } from './price-list.ts';
import { CART_LINES_MAX } from './quote.ts';

const TYPES = PRICE_LIST.types.map(({ id }) => id);

test('a sound list may be published', () => {
  assert.deepEqual(checkPriceList(PRICE_LIST, [], TYPES), []);
});

test('says where each mistake stands', () => {
  const [a] = PRICE_LIST.prices;
  const [fee] = PRICE_LIST.fees;
  const [quiet] = PRICE_LIST.incentives;
  const [type] = PRICE_LIST.types;
  assert.ok(a && fee && quiet && type);
  const slots = [{ from: at('11:00'), until: at('11:00') }];
  const cases: [Partial<PriceList>, string, RegExp][] = [
    [{ prices: [...PRICE_LIST.prices, a] }, 'prices[7]', /above already/],
    [{ prices: [...PRICE_LIST.prices, { ...a, category: 'z' }] }, 'prices[7].category', /“z”/],
    [
      { prices: PRICE_LIST.prices.map((price) => ({ ...price, amountMinor: -1 })) },
      'prices[0].amountMinor',
      /from 0/,
    ],
    [{ prices: PRICE_LIST.prices.slice(1, 6) }, 'types[4].id', /no price/],
    [{ types: [...PRICE_LIST.types, { ...type, id: 'press' }] }, 'types[5].id', /no ticket type/],
    [{ fees: [{ ...fee, tax: 'none' }] }, 'fees[0].tax', /“none”/],
    [{ fees: [fee, fee] }, 'fees[1].id', /taken/],
    [{ incentives: [{ ...quiet, slots }] }, 'incentives[0].slots[0].until', /after from/],
    [{ incentives: [{ ...quiet, types: ['x'] }] }, 'incentives[0].types', /“x”/],
    [{ taxes: [{ id: 'vat-6', name: NAME, rateBasisPoints: 1.5 }] }, 'fees[0].tax', /vat-13/],
  ];
  for (const [change, place, problem] of cases) {
    const problems = checkPriceList({ ...PRICE_LIST, ...change }, [], TYPES);
    const found = problems.find((one) => one.at === place);
    assert.match(found?.problem ?? JSON.stringify(problems), problem);
  }
});

test('a quota of nothing that is sold is a mistake', () => {
  const quota = { id: 'q', per: 'event', channels: null, ticketsMax: 5, until: null } as const;
  const wrong = [{ ...quota, categories: [], types: ['x'] }];
  const problems = checkPriceList(PRICE_LIST, wrong, TYPES).map((one) => one.at);
  assert.deepEqual(problems, ['quotas[0].categories', 'quotas[0].types']);
});

test('the dearest cart that may be made stays within what is reckoned with', () => {
  // A ticket and twice as much in fees of its own, which is more than anybody would publish.
  assert.ok(CART_LINES_MAX * PRICE_MAX_MINOR * 3 <= AMOUNT_MAX_MINOR);
});
