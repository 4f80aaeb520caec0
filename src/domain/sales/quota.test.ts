import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '#testing/entry.ts';
import { fc } from '#testing/properties.ts';
import { cartOf } from '#testing/sale.ts';
import type { Cart } from './cart.ts';
import { decideQuotas, type Quota, quotaCounts } from './quota.ts';

const QUOTA: Quota = {
  id: 'web',
  per: 'event',
  channels: ['web'],
  categories: null,
  types: null,
  ticketsMax: 10,
  until: null,
};
const SIX: Quota = { ...QUOTA, id: 'six', per: 'person', channels: null, ticketsMax: 6 };
const PARTNER: Quota = { ...QUOTA, id: 'partner', channels: ['partner'], until: at('18:00') };

const noneUsed = () => 0;

test('a channel sells up to its quota, and says how many are left', () => {
  const four = cartOf(['a:adult', 'a:adult', 'b:adult', 'b:senior']);
  const used = (count: number) => (key: string) => (key === 'web' ? count : 0);
  assert.equal(decideQuotas([QUOTA], four, used(6), at('15:00')), null);
  assert.deepEqual(decideQuotas([QUOTA], four, used(7), at('15:00')), {
    ...{ kind: 'refused', reason: 'sold-out-here', quota: 'web', left: 3 },
  });
  assert.equal(
    decideQuotas([QUOTA], { ...four, channel: 'box-office' }, used(99), at('15:00')),
    null,
  );
});

test('a person has so many over all orders, and has to be known for that', () => {
  const two = cartOf(['a:adult', 'a:adult']);
  const has = (key: string) => (key === 'six/p-1' ? 5 : 0);
  const refused = decideQuotas([SIX], two, has, at('15:00'));
  assert.deepEqual(refused, { kind: 'refused', reason: 'person-limit', quota: 'six', left: 1 });
  assert.equal(decideQuotas([SIX], { ...two, person: 'p-2' }, has, at('15:00')), null);
  const nobody = decideQuotas([SIX], { ...two, person: null }, noneUsed, at('15:00'));
  assert.equal(nobody?.reason, 'needs-person');
});

test('an order has a limit that asks for nobody’s name', () => {
  const order: Quota = { ...QUOTA, id: 'order', per: 'order', channels: null, ticketsMax: 1 };
  const two = { ...cartOf(['a:adult', 'a:adult']), person: null };
  assert.equal(decideQuotas([order], two, noneUsed, at('15:00'))?.reason, 'order-limit');
  assert.deepEqual([...quotaCounts([order], two)], []);
});

test('a partner’s quota binds until its deadline', () => {
  const cart: Cart = { ...cartOf(['a:adult']), channel: 'partner' };
  const full = () => 10;
  assert.equal(decideQuotas([PARTNER], cart, full, at('17:59'))?.left, 0);
  assert.equal(decideQuotas([PARTNER], cart, full, at('18:00')), null);
});

test('whoever buys in whatever order, no count passes its limit', () => {
  const line = fc.constantFrom('a:adult', 'b:adult', 'b:senior');
  const buying = fc
    .record({
      lines: fc.array(line, { minLength: 1, maxLength: 5 }),
      person: fc.constantFrom('p-1', 'p-2', 'p-3'),
      channel: fc.constantFrom('web' as const, 'box-office' as const),
      isGivenBack: fc.boolean(),
    })
    .map(({ lines, ...rest }) => ({ ...cartOf(lines), ...rest }));
  const quotas = [QUOTA, SIX, { ...SIX, id: 'b', categories: ['b'], ticketsMax: 4 }];
  fc.assert(
    fc.property(fc.array(buying, { maxLength: 20 }), (buyers) => {
      const used = new Map<string, number>();
      const add = (counts: ReadonlyMap<string, number>, sign: number) => {
        for (const [key, count] of counts) used.set(key, (used.get(key) ?? 0) + sign * count);
      };
      for (const each of buyers) {
        if (decideQuotas(quotas, each, (key) => used.get(key) ?? 0, at('15:00')) !== null) continue;
        add(quotaCounts(quotas, each), 1);
        for (const [key, count] of used) {
          const quota = quotas.find(({ id }) => id === key.split('/')[0]);
          assert.ok(count <= (quota?.ticketsMax ?? 0), key);
        }
        if (each.isGivenBack) add(quotaCounts(quotas, each), -1);
        assert.ok([...used.values()].every((count) => count >= 0));
      }
    }),
  );
});
