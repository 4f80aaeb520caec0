// When a message is tried again, and when it is given up.
import type { Instant } from '#domain/kernel/instant.ts';

/** What came of one attempt. `refused`: for good, trying again would be refused again. */
export type AttemptOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'deferred'; readonly why: string };

export type Tried = {
  /** How often it was tried, this one included. */
  readonly attempts: number;
  readonly since: Instant;
  /** After that nobody has any use for it; null: as long as {@link GIVE_UP_AFTER_MS} allows. */
  readonly usefulUntil: Instant | null;
};

export type AfterAttempt =
  | { readonly state: 'sent' }
  | { readonly state: 'waiting'; readonly dueAt: Instant; readonly why: string }
  | { readonly state: 'failed'; readonly why: string };

const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 30 * 60_000;
/** A mail server that is away over a weekend costs nobody their letter (RFC 5321 §4.5.4.1 asks for 4–5 days). */
export const GIVE_UP_AFTER_MS = 4 * 24 * 3_600_000;

/** @param chance - from 0 up to 1: those that failed together do not come back together */
export function afterAttempt(
  { attempts, since, usefulUntil }: Tried,
  outcome: AttemptOutcome,
  at: Instant,
  chance: number,
): AfterAttempt {
  if (outcome.kind === 'sent') return { state: 'sent' };
  const { why } = outcome;
  if (outcome.kind === 'refused') return { state: 'failed', why };
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20));
  const dueAt = (at + Math.round(wait * (0.75 + chance / 2))) as Instant;
  const latest = Math.min(usefulUntil ?? Number.POSITIVE_INFINITY, since + GIVE_UP_AFTER_MS);
  if (dueAt > latest) return { state: 'failed', why };
  return { state: 'waiting', dueAt, why };
}
