import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, wentIn } from '#testing/entry.ts';
import { takeUp, toldTime, withCrossing, withTombstone } from './take-up.ts';

const HERE = { isTicketMissing: false };

test('an outcome that nobody knows is taken up, and crosses if somebody was let in', () => {
  const told = (verdict: 'admitted' | 'provisional' | 'refused') =>
    takeUp({ ...HERE, verdict, stored: null });
  assert.deepEqual(told('provisional'), { kind: 'take', isNew: true, hasCrossed: true });
  assert.deepEqual(told('admitted'), { kind: 'take', isNew: true, hasCrossed: true });
  assert.deepEqual(told('refused'), { kind: 'take', isNew: true, hasCrossed: false });
});

test('the same scan sent twice is one scan; let in though refused unheard, its holder is in', () => {
  const known = (verdict: 'admitted' | 'refused') => ({ isSameScan: true, verdict }) as const;
  const told = { ...HERE, verdict: 'provisional' } as const;
  const once = takeUp({ ...told, stored: known('admitted') });
  assert.deepEqual(once, { kind: 'take', isNew: false, hasCrossed: false });
  const inside = takeUp({ ...told, stored: known('refused') });
  assert.deepEqual(inside, { kind: 'take', isNew: false, hasCrossed: true });
  const lost = takeUp({ ...told, verdict: 'admitted', stored: known('refused') });
  assert.deepEqual(lost, inside, 'admitted by what this store has forgotten');
  const other = takeUp({ ...told, stored: { isSameScan: false, verdict: 'admitted' } });
  assert.deepEqual(other, { kind: 'set-aside' });
});

test('who crossed with a ticket that has not arrived here yet waits for it; a refusal does not', () => {
  const told = { isTicketMissing: true, stored: null };
  assert.deepEqual(takeUp({ ...told, verdict: 'provisional' }), { kind: 'wait' });
  assert.equal(takeUp({ ...told, verdict: 'refused' }).kind, 'take');
});

test('a told time is never before what its lane had seen, nor in our future', () => {
  assert.equal(toldTime(at('18:05'), null, at('18:10')), at('18:05'));
  assert.equal(toldTime(at('17:00'), at('18:01'), at('18:10')), at('18:01'));
  assert.equal(toldTime(at('20:00'), at('18:01'), at('18:10')), at('18:10'));
});

test('adding a crossing twice adds it once; its tombstone is set once', () => {
  const crossing = wentIn('18:00', { scan: 'a' });
  const once = withCrossing([], crossing);
  assert.equal(withCrossing(once, crossing), once);
  const scan = { device: crossing.device, scanId: 'a' };
  const gone = withTombstone(once, scan, at('18:01'));
  assert.equal(gone?.[0]?.annulledAt, at('18:01'));
  assert.equal(withTombstone(gone ?? [], scan, at('18:02')), null);
  assert.equal(withTombstone(once, { ...scan, scanId: 'b' }, at('18:02')), null);
});
