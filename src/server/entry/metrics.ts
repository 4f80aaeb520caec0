import { Counter, type Registry } from 'prom-client';
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
