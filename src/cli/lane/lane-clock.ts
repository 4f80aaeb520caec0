// The lane's own clock: monotonic, so that nobody can turn it back, and corrected by what the server
// last said. Until a server has spoken it is the machine's clock plus the last known skew.
import { type Instant, plusMs } from '#domain/kernel/instant.ts';

export type LaneClock = {
  now(): Instant;
  /** Milliseconds that never jump, for deadlines. */
  monotonicMs(): number;
  /** @param askedMs - `monotonicMs()` when the request left; the server spoke half-way in between */
  heard(serverTime: Instant, askedMs: number): void;
  /** How far the machine's clock is behind the server's; worth keeping for the next start. */
  skewMs(): number;
};

export function createLaneClock(lastSkewMs: number): LaneClock {
  const monotonicMs = () => performance.now();
  let anchorMs = monotonicMs();
  let anchorAt = (Date.now() + lastSkewMs) as Instant;
  const now = () => plusMs(anchorAt, Math.round(monotonicMs() - anchorMs));
  return {
    now,
    monotonicMs,
    heard(serverTime, askedMs) {
      anchorMs = monotonicMs();
      anchorAt = plusMs(serverTime, Math.round((anchorMs - askedMs) / 2));
    },
    skewMs: () => now() - Date.now(),
  };
}

export function isoTime(at: Instant): string {
  return new Date(at).toISOString();
}
