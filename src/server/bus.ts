// What happened in this process, for whoever shows it: live feeds and metrics. Nothing is decided on it.
import { EventEmitter } from 'node:events';
import type { LiveScan } from '#protocol/live.ts';
import type { Decided } from './entry/authority.ts';

type Happenings = {
  /** Verdicts of another node, as this one has heard of them. */
  followed: [eventNumber: number, told: readonly Followed[]];
  /** Verdicts of one batch, after their commit. */
  decided: [readonly Decided[]];
  /** Holds, limits, diversions, window or status of an event have changed. */
  controls: [eventNumber: number];
  list: [eventNumber: number];
  /** Something was told to lanes, or called from them. */
  notices: [eventNumber: number];
  conflict: [eventNumber: number];
};

/** A verdict as the live feed tells it. */
export type Followed = { readonly live: LiveScan };

export type Bus = EventEmitter<Happenings>;

export function createBus(): Bus {
  return new EventEmitter<Happenings>({ captureRejections: false }).setMaxListeners(10_000);
}
