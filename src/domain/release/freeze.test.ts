import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import type { EventStatus } from '#domain/venue/match-event.ts';
import { at } from '../../testing/entry.ts';
import { type FreezingEvent, frozenAt } from './freeze.ts';

const HOUR = 3_600_000;
const doorsAt = at('17:30');
const endsAt = at('21:30');
const later = (hours: number) => (doorsAt + hours * HOUR) as Instant;
const match = (status: EventStatus): FreezingEvent => ({ id: 'derby', status, doorsAt, endsAt });

test('is frozen from so many hours before doors until the end, the end not included', () => {
  const draft = [match('draft')];
  assert.equal(frozenAt(draft, 72, (later(-72) - 1) as Instant), null);
  assert.equal(frozenAt(draft, 72, later(-72))?.event, 'derby');
  assert.equal(frozenAt(draft, 72, (endsAt - 1) as Instant)?.event, 'derby');
  assert.equal(frozenAt(draft, 72, endsAt), null);
  assert.equal(frozenAt(draft, 0, later(-1)), null);
});

test('an open match is frozen until it is closed, opened early and ended late', () => {
  const open = [match('open')];
  assert.equal(frozenAt(open, 72, later(-500))?.event, 'derby');
  assert.equal(frozenAt(open, 72, (endsAt + 3 * HOUR) as Instant)?.event, 'derby');
  assert.equal(frozenAt([match('closed')], 72, doorsAt), null);
  assert.equal(frozenAt(open, 72, (endsAt + 24 * HOUR) as Instant), null, 'nobody closed it');
});

test('of two matches the one that ends later is named', () => {
  const cup = { ...match('draft'), id: 'cup', endsAt: later(30) };
  assert.equal(frozenAt([match('draft'), cup], 72, doorsAt)?.event, 'cup');
});
