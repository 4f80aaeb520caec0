// The machine under a lane, as Node gives it.
import { randomUUID } from 'node:crypto';
import type { LanePorts } from '#lane/ports.ts';

export const machine: Pick<LanePorts, 'clock' | 'timers' | 'chance'> = {
  clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
  timers: {
    after(ms, work) {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  },
  chance: { uuid: () => randomUUID(), fraction: () => Math.random() },
};
