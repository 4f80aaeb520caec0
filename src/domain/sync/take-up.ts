// What lanes decided or were told, made true at the authority when it hears of it only now: by journals,
// after a cut, a crash, or from before a restored copy. Nothing here depends on the order of arrival.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Rung, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';

/** An outcome that came in a journal, and what the authority has of the same device and scanId. */
export type ToldOutcome = {
  readonly verdict: Verdict;
  /** A genuine code of this event whose ticket the authority does not have yet: its list lags. */
  readonly isTicketMissing: boolean;
  readonly stored: {
    /** The same code in the same direction. */
    readonly isSameScan: boolean;
    readonly verdict: Verdict;
  } | null;
};

export type TakeUp =
  /** A scanId that had another code or direction before: kept apart for people to look at. */
  | { readonly kind: 'set-aside' }
  /** Somebody crossed with a ticket that is still to come; taken up without it, they would be forgotten. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'take'; readonly isNew: boolean; readonly hasCrossed: boolean };

/**
 * The same scan sent by `POST /scans` and in the journal is one scan. Refused here, while the lane let the
 * holder in, because the answer came too late or this store had lost its own: then they are in.
 */
export function takeUp({ verdict, stored, isTicketMissing }: ToldOutcome): TakeUp {
  if (stored !== null && !stored.isSameScan) return { kind: 'set-aside' };
  const isThrough = verdict === 'admitted' || verdict === 'provisional';
  const hasCrossed = isThrough && (stored === null || stored.verdict === 'refused');
  if (hasCrossed && isTicketMissing) return { kind: 'wait' };
  return { kind: 'take', isNew: stored === null, hasCrossed };
}

/** Whether somebody with all claims had decided it; lanes decide the rest alone. */
export function wasExact(rung: Rung): boolean {
  return rung === 'edge' || rung === 'hub';
}

/**
 * When a scan happened, as well as can be told: the lane's clock, but never before the last exact answer that
 * it had seen, and never in the authority's future.
 */
export function toldTime(scannedAt: Instant, notBefore: Instant | null, now: Instant): Instant {
  return Math.min(Math.max(scannedAt, notBefore ?? 0), now) as Instant;
}

/** Adds a crossing that happened; a claim whose answer was lost is known by its scan, and stays as it is. */
export function withCrossing(before: readonly Crossing[], crossing: Crossing): readonly Crossing[] {
  const isKnown = before.some(
    (each) => each.device === crossing.device && each.scan === crossing.scan,
  );
  return isKnown ? before : [...before, crossing];
}

/**
 * The turnstile did not turn, whatever came since, told by the lane's journal.
 *
 * @returns null when the scan let nobody through, or was taken back before
 */
export function withTombstone(
  before: readonly Crossing[],
  scan: { readonly device: string; readonly scanId: string },
  at: Instant,
): readonly Crossing[] | null {
  const isIt = (each: Crossing) => each.device === scan.device && each.scan === scan.scanId;
  if (!before.some((each) => isIt(each) && each.annulledAt === null)) return null;
  return before.map((each) => (isIt(each) ? { ...each, annulledAt: at } : each));
}
