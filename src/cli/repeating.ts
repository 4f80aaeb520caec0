// A write that got no answer, or one that says “not now”, is sent again under the same key: the server does it
// once, whichever of its nodes dies meanwhile. What never reached anybody at all is told at once.
import { setTimeout as pause } from 'node:timers/promises';
import { CommandFailure } from './failure.ts';

/** A hub that changes its primary is back in this time; longer than that is for a person to look at. */
const REPEAT_FOR_MS = 45_000;
const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 3_000;

/** What passes by itself. `http-…`: a load balancer has spoken, no node. */
const PASSING = new Set([
  ...['unavailable', 'outcome-unknown', 'overloaded', 'idempotency-key-in-use'],
  ...['http-502', 'http-503', 'http-504'],
]);
/** The line broke under a request that somebody had begun to take. */
const BROKEN = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'other side closed',
]);

/**
 * @param send - as often as need be; the failure of the last time is what the caller hears
 * @param told - once, when it is first sent again
 */
export async function repeating<T>(send: () => Promise<T>, told: () => void): Promise<T> {
  const until = performance.now() + REPEAT_FOR_MS;
  let hasReached = false;
  for (let attempt = 0; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const failure = error instanceof CommandFailure ? error : null;
      const { code = '', cause } = failure ?? {};
      const isBroken = code === 'unreachable' && typeof cause === 'string' && BROKEN.has(cause);
      hasReached ||= isBroken || PASSING.has(code);
      const isPassing = PASSING.has(code) || (hasReached && code === 'unreachable');
      if (!isPassing || performance.now() > until) throw error;
      if (attempt === 0) told();
      await pause(Math.min(PAUSE_MIN_MS * 2 ** attempt, PAUSE_MAX_MS) * (0.5 + Math.random() / 2));
    }
  }
}
