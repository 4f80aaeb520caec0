import { Counter, Gauge, type Registry } from 'prom-client';
import type { Allowance } from './allowance.ts';
import type { Line } from './line.ts';
import type { Pressure } from './pressure.ts';
import type { Drain } from './retry-after.ts';

/** Read when somebody asks, so that a flood spends nothing on being counted. */
export function showLines(
  registry: Registry,
  shown: {
    readonly lines: Readonly<Record<string, Line>>;
    readonly drains: Readonly<Record<string, Drain>>;
    readonly allowance: Allowance;
    readonly pressure: Pressure;
  },
): void {
  const registers = [registry];
  const [lines, drains] = [Object.entries(shown.lines), Object.entries(shown.drains)];
  new Gauge({
    name: 'http_requests_waiting',
    help: 'Requests that wait for a place, by line',
    labelNames: ['line'],
    registers,
    collect() {
      for (const [line, { waiting }] of lines) this.set({ line }, waiting);
    },
  });
  new Gauge({
    name: 'http_requests_underway',
    help: 'Requests that have a place, by line; those of lanes need none',
    labelNames: ['line'],
    registers,
    collect() {
      for (const [line, { underway }] of lines) this.set({ line }, underway);
    },
  });
  new Counter({
    name: 'http_requests_shed_total',
    help: 'Requests refused with 503 and Retry-After for want of room, by line',
    labelNames: ['line'],
    registers,
    collect() {
      this.reset();
      for (const [line, { shedTotal }] of drains) this.inc({ line }, shedTotal);
    },
  });
  new Gauge({
    name: 'http_ordinary_places',
    help: 'Places for ordinary requests beside the lanes, found out by trying',
    registers,
    collect() {
      this.set(shown.allowance.limit);
    },
  });
  new Gauge({
    name: 'event_loop_stall_seconds',
    help: 'Nine times in ten, of the last tenth of a second, the program turned within this to what came',
    registers,
    collect() {
      this.set(shown.pressure.stallMs / 1_000);
    },
  });
}
