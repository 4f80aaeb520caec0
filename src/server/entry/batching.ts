// How many scans a batch takes, and when the next one may start while others are under way. In a rush a batch is
// worth its round trips; when little happens nothing waits.

const BATCH_MAX = 256;
const BATCHES_AT_ONCE_MAX = 2;
/** Fewer than these are not worth the round trips of two batches. */
const SHARED_FROM = 64;

export type Rush = {
  /** Scans that no batch has taken. */
  readonly waiting: number;
  /** Batches under way, and the scans in them. */
  readonly batches: number;
  readonly deciding: number;
};

export function mayStart({ waiting, batches, deciding }: Rush): boolean {
  if (batches === 0) return true;
  return batches < BATCHES_AT_ONCE_MAX && waiting >= Math.min(BATCH_MAX, deciding);
}

/**
 * The first of two batches leaves half of the scans to the second. Were it to take them all, every lane would wait
 * for one batch and come back with the next one, and this program and PostgreSQL would take turns in idling:
 * 6,200 claims a second instead of 9,000 where that was measured, with half of two processors asleep.
 */
export function batchMax({ waiting, batches }: Omit<Rush, 'deciding'>): number {
  const isShared = batches === 0 && waiting >= SHARED_FROM;
  return Math.min(BATCH_MAX, isShared ? Math.ceil(waiting / 2) : waiting);
}
