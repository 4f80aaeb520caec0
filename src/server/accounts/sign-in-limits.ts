// Guessing is slowed down without letting a stranger lock somebody out: failures are counted apart for
// browsers that have signed in to the account before (they hold a cookie that says so) and for all
// others. Whoever hammers a name from elsewhere makes only other strangers wait.
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Clock } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';

const MINUTE_MS = 60_000;
/** Failures older than this are forgotten. */
const WINDOW_MS = 15 * MINUTE_MS;
const FORGET_AFTER_MS = 24 * 60 * MINUTE_MS;

/** After so many failures each further one makes wait; nobody waits longer than `waitMaxMs`. */
type Limit = { readonly free: number; readonly waitMs: number; readonly waitMaxMs: number };
const OF_LOGIN: Limit = { free: 5, waitMs: 30_000, waitMaxMs: 5 * MINUTE_MS };
const OF_ADDRESS: Limit = { free: 40, waitMs: 30_000, waitMaxMs: 5 * MINUTE_MS };

export type Attempt = {
  /** As typed, folded; it need not exist. Null: what is shown cannot be guessed and names nobody. */
  readonly login: string | null;
  readonly address: string;
  /** From the cookie of a browser that has signed in to this login before. */
  readonly knownBrowser: string | null;
};

export class SignInLimits {
  readonly #pool: Pool;
  readonly #now: Clock;

  constructor(pool: Pool, now: Clock) {
    this.#pool = pool;
    this.#now = now;
  }

  /**
   * Counts the attempt as failed before it is looked at, so that many at once gain nothing.
   *
   * @throws HttpProblem `too-many-requests` while such attempts have to wait
   */
  async begin(attempt: Attempt): Promise<void> {
    await this.#refuseIfBlocked(attempt);
    await this.#count(attempt);
  }

  async #refuseIfBlocked(attempt: Attempt): Promise<void> {
    const now = this.#now();
    const { rows } = await this.#pool.query<{ blocked_until: Date }>(
      `SELECT max(blocked_until) AS blocked_until FROM sign_in_attempts
       WHERE bucket = ANY ($1) HAVING max(blocked_until) > $2`,
      [bucketsOf(attempt).map(({ bucket }) => bucket), new Date(now)],
    );
    const until = rows[0]?.blocked_until.getTime();
    if (until === undefined) return;
    const retryAfterSeconds = Math.ceil((until - now) / 1_000);
    throw new HttpProblem('too-many-requests', {
      detail: `too many attempts failed: wait ${retryAfterSeconds} seconds`,
      mend: 'wait, or use a browser in which you have signed in before; an administrator can send a new invitation',
      retryAfterSeconds,
    });
  }

  async #count(attempt: Attempt): Promise<void> {
    const now = this.#now();
    for (const { bucket, limit } of bucketsOf(attempt)) {
      const { rows } = await this.#pool.query<{ failures: number }>(
        `INSERT INTO sign_in_attempts AS a (bucket, failures, since) VALUES ($1, 1, $2)
         ON CONFLICT (bucket) DO UPDATE SET
           failures = CASE WHEN a.since < $3 THEN 1 ELSE a.failures + 1 END,
           since = CASE WHEN a.since < $3 THEN $2 ELSE a.since END
         RETURNING failures`,
        [bucket, new Date(now), new Date(now - WINDOW_MS)],
      );
      const beyond = (rows[0]?.failures ?? 0) - limit.free;
      if (beyond <= 0) continue;
      const waitMs = Math.min(limit.waitMs * 2 ** Math.min(beyond - 1, 10), limit.waitMaxMs);
      await this.#pool.query('UPDATE sign_in_attempts SET blocked_until = $2 WHERE bucket = $1', [
        bucket,
        new Date(now + waitMs),
      ]);
    }
    await this.#pool.query('DELETE FROM sign_in_attempts WHERE since < $1', [
      new Date(now - FORGET_AFTER_MS),
    ]);
  }

  async succeeded(attempt: Attempt): Promise<void> {
    // The name's own count is forgotten; of the address's, which others share, only this attempt.
    const buckets = bucketsOf(attempt);
    const own = buckets.filter(({ limit }) => limit === OF_LOGIN);
    const shared = buckets.filter(({ limit }) => limit === OF_ADDRESS);
    await this.#pool.query('DELETE FROM sign_in_attempts WHERE bucket = ANY ($1)', [
      own.map(({ bucket }) => bucket),
    ]);
    await this.#pool.query(
      'UPDATE sign_in_attempts SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE bucket = ANY ($1)',
      [shared.map(({ bucket }) => bucket)],
    );
  }
}

/** The attempt's own bucket first. A browser that is known to the account does not wait for its address. */
function bucketsOf({ login, address, knownBrowser }: Attempt): { bucket: Buffer; limit: Limit }[] {
  const ofAddress = { bucket: digest(`address\n${networkOf(address)}`), limit: OF_ADDRESS };
  // Counted by name it would be a way to make everybody wait who shows an invitation or a passkey.
  if (login === null) return [ofAddress];
  if (knownBrowser !== null) {
    return [{ bucket: digest(`browser\n${login}\n${knownBrowser}`), limit: OF_LOGIN }];
  }
  return [{ bucket: digest(`login\n${login}`), limit: OF_LOGIN }, ofAddress];
}

/** Whoever has one IPv6 address has 2⁶⁴ of them. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  return address.split(':').slice(0, 4).join(':');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(`kaimen sign-in 1\n${text}`).digest();
}
