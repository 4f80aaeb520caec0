// The lane's own clock: monotonic, so that nobody can turn it back, and corrected by what the server
// last said. Until a server has spoken it is the machine's clock plus the last known skew.
import { type Instant, plusMs } from '#domain/kernel/instant.ts';
import type { MachineClock } from './ports.ts';

export type LaneClock = {
  now(): Instant;
  /** Milliseconds that never jump, for deadlines. */
  monotonicMs(): number;
  /** @param askedMs - `monotonicMs()` when the request left; the server spoke half-way in between */
  heard(serverTime: Instant, askedMs: number): void;
  /** How far the machine's clock is behind the server's; worth keeping for the next start. */
  skewMs(): number;
};

export function createLaneClock(machine: MachineClock, lastSkewMs: number): LaneClock {
  let anchorMs = machine.monotonicMs();
  let anchorAt = Math.round(machine.wallMs() + lastSkewMs) as Instant;
  const now = () => plusMs(anchorAt, Math.round(machine.monotonicMs() - anchorMs));
  return {
    now,
    monotonicMs: () => machine.monotonicMs(),
    heard(serverTime, askedMs) {
      anchorMs = machine.monotonicMs();
      anchorAt = plusMs(serverTime, Math.round((anchorMs - askedMs) / 2));
    },
    skewMs: () => now() - machine.wallMs(),
  };
}

export function isoTime(at: Instant): string {
  return new Date(at).toISOString();
}
