import { Counter, Histogram, type Registry } from 'prom-client';
import type { Bus } from '#server/bus.ts';

/** Labels are ids of gates and words of closed lists: never a ticket, a person or free text. */
export function countScans(bus: Bus, registry: Registry): void {
  const scans = new Counter({
    name: 'gate_scans_total',
    help: 'Scans decided by this node',
    labelNames: ['gate', 'direction', 'verdict', 'reason', 'rung'],
    registers: [registry],
  });
  bus.on('decided', (decided) => {
    for (const { scan, outcome } of decided) {
      scans.inc({
        gate: scan.gate,
        direction: scan.direction,
        verdict: outcome.record.verdict,
        reason: outcome.record.reason ?? 'none',
        rung: outcome.record.rung,
      });
    }
  });
}

const DECISION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Time from a scan's arrival to its committed verdict. @returns records one, in seconds */
export function timeScans(registry: Registry): (seconds: number) => void {
  const histogram = new Histogram({
    name: 'gate_scan_duration_seconds',
    help: 'From the request read to the verdict committed',
    buckets: DECISION_BUCKETS_SECONDS,
    registers: [registry],
  });
  return (seconds) => histogram.observe(seconds);
}
