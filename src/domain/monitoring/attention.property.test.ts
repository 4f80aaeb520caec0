import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { fc } from '#testing/properties.ts';
import { ATTENTION_KINDS, type AttentionItem, rankAttention } from './attention.ts';

const item: fc.Arbitrary<AttentionItem> = fc.record({
  key: fc.string({ minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom(...ATTENTION_KINDS),
  gate: fc.constantFrom(null, 'N1', 'S2'),
  lane: fc.constant(null),
  subject: fc.constant(null),
  since: fc.nat(1_000).map((at) => at as Instant),
  figure: fc.constant(null),
});

test('two screens that know the same show the same order, in whatever order they learned it', () => {
  const items = fc.uniqueArray(item, { selector: ({ key }) => key, maxLength: 30 });
  fc.assert(
    fc.property(items, fc.nat(), (all, turn) => {
      const turned = [
        ...all.slice(turn % (all.length || 1)),
        ...all.slice(0, turn % (all.length || 1)),
      ];
      const now = 5_000 as Instant;
      assert.deepEqual(
        rankAttention(turned.reverse(), new Map(), now).map(({ key }) => key),
        rankAttention(all, new Map(), now).map(({ key }) => key),
      );
    }),
  );
});

test('what somebody has taken on goes below what nobody has, until its time is over', () => {
  const at = (kind: AttentionItem['kind'], key: string): AttentionItem => {
    return { key, kind, gate: 'N1', lane: null, subject: null, since: 0 as Instant, figure: null };
  };
  const items = [at('battery-low', 'b'), at('call-crush', 'a')];
  const taken = new Map([['a', { by: 'p-1', until: 100 as Instant }]]);
  const keysAt = (now: number) => rankAttention(items, taken, now as Instant).map(({ key }) => key);
  assert.deepEqual(keysAt(50), ['b', 'a']);
  assert.deepEqual(keysAt(100), ['a', 'b']);
});
