import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { fc } from '#testing/properties.ts';
import { afterAttempt, GIVE_UP_AFTER_MS } from './attempts.ts';

const DEFERRED = { kind: 'deferred', why: 'away' } as const;

test('a message that nobody takes is tried ever more seldom, and given up in the end', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (chance) => {
      const since = 0 as Instant;
      let at = since;
      let attempts = 0;
      for (;;) {
        attempts += 1;
        const after = afterAttempt({ attempts, since, usefulUntil: null }, DEFERRED, at, chance);
        if (after.state !== 'waiting') {
          assert.equal(after.state, 'failed');
          break;
        }
        const waitMs = after.dueAt - at;
        assert.ok(waitMs >= 11_000 && waitMs <= 38 * 60_000, `${waitMs}`);
        at = after.dueAt;
      }
      assert.ok(at <= GIVE_UP_AFTER_MS && at > GIVE_UP_AFTER_MS - 38 * 60_000);
      assert.ok(attempts > 100 && attempts < 400, `${attempts}`);
    }),
  );
});

test('is not tried when it would be of no use any more, nor after a last word', () => {
  const at = 1_000_000 as Instant;
  const tried = { attempts: 1, since: 0 as Instant, usefulUntil: (at + 5_000) as Instant };
  assert.equal(afterAttempt(tried, DEFERRED, at, 0).state, 'failed');
  const refused = { kind: 'refused', why: 'no such user' } as const;
  assert.deepEqual(afterAttempt({ ...tried, usefulUntil: null }, refused, at, 0), {
    state: 'failed',
    why: 'no such user',
  });
  assert.deepEqual(afterAttempt(tried, { kind: 'sent' }, at, 0), { state: 'sent' });
});
