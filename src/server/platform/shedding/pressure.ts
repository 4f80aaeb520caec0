// What lanes feel of everything else: the time in which the program could not turn to them, and the time that
// they wait for a connection to the database. Measured all the time, judged against what lanes may be made to wait.
import { type ELDHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';

const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;
/** With lanes at work: what a request of theirs may lose to others; without: what people do not notice. */
const STALL_MAX_MS = 4;
const STALL_MAX_ALONE_MS = 60;
/** Of the thread's time, with lanes at work: beyond it whoever comes finds it busy more often than not. */
const BUSY_MAX = 0.6;
/** Lanes are at work when there was one within this time. */
const AT_WORK_MS = 10_000;

export type PoolLike = { readonly waitingCount: number };

export class Pressure implements Disposable {
  readonly #delay: ELDHistogram;
  readonly #pools: readonly PoolLike[];
  #laneAt = Number.NEGATIVE_INFINITY;
  #busy = performance.eventLoopUtilization();
  #usedMs = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  stallMs = 0;

  /** @param pools - of which lanes take their connections */
  constructor(pools: readonly PoolLike[]) {
    this.#pools = pools;
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
  }

  laneCame(now: number): void {
    this.#laneAt = now;
  }

  areLanesAtWork(now: number): boolean {
    return now - this.#laneAt < AT_WORK_MS;
  }

  /** @returns 1 for as much as lanes may feel of what we do; of the time since it was asked last */
  read(now: number): number {
    this.stallMs = Math.max(
      this.#delay.percentile(STALL_PERCENTILE) / NS_PER_MS - RESOLUTION_MS,
      0,
    );
    this.#delay.reset();
    const before = this.#busy;
    this.#busy = performance.eventLoopUtilization();
    // A machine that is taken by others stalls us, too; turning our callers away would not mend that.
    if (this.#ownShare(now) < OWN_SHARE_MIN) return 0;
    const { utilization } = performance.eventLoopUtilization(this.#busy, before);
    const waiting = this.#pools.reduce((sum, { waitingCount }) => sum + waitingCount, 0);
    const isAtWork = this.areLanesAtWork(now);
    const stall = this.stallMs / (isAtWork ? STALL_MAX_MS : STALL_MAX_ALONE_MS);
    return isAtWork ? Math.max(stall, waiting / WAITING_MAX, utilization / BUSY_MAX) : stall;
  }

  /** @returns of a core, since it was asked last */
  #ownShare(now: number): number {
    const { user, system } = process.cpuUsage();
    const usedMs = (user + system) / 1_000;
    const share = (usedMs - this.#usedMs) / Math.max(now - this.#readAt, 1);
    this.#usedMs = usedMs;
    this.#readAt = now;
    return share;
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}

const STALL_PERCENTILE = 90;
const OWN_SHARE_MIN = 0.4;
const WAITING_MAX = 4;
