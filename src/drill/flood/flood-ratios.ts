// What the flood did to scans, out of turns with it and without.
import { median } from '#drill/bench/figure.ts';
import type { Turn } from './flood-drill.ts';

export type Turns = {
  readonly calm: readonly Turn[];
  /** The same flood at a bare program beside the server: what it takes from the machine alone. */
  readonly beside: readonly Turn[];
  readonly flooded: readonly Turn[];
};

export type Ratios = {
  /** Median over the rounds of the 99th percentile with the flood to that without. */
  readonly ratio: number;
  /** The same to that with the flood beside: what it does to a server because it is the one asked. */
  readonly ratioBeside: number;
  /** Of the turns beside to the calm ones: far above 1, the machine is too busy to show anything else. */
  readonly ratioOfMachine: number;
  /** Out of the turns in which the machine had its cores to itself; null where they were too few. */
  readonly own: OwnTurns | null;
};

export type OwnTurns = {
  readonly calm: number;
  readonly flooded: number;
  /** Of the medians. */
  readonly ratio: number;
};

/**
 * Of a core that others of the host had, at most, in a turn that tells of the server. Where they had a seventh and more,
 * scans with nothing beside them waited 20 to 40 ms at the 99th percentile, otherwise 8 to 18.
 */
export const STOLEN_MAX = 0.05;
const OWN_TURNS_MIN = 3;

export function ratiosOf({ calm, beside, flooded }: Turns): Ratios {
  return {
    ratio: ratioOf(flooded, calm),
    ratioBeside: ratioOf(flooded, beside),
    ratioOfMachine: ratioOf(beside, calm),
    own: ownOf(calm.filter(isOwn), flooded.filter(isOwn)),
  };
}

export function isOwn({ stolen }: Turn): boolean {
  return stolen <= STOLEN_MAX;
}

/** Median over the rounds: what else the machine did in a round weighed on both. */
function ratioOf(some: readonly Turn[], others: readonly Turn[]): number {
  return median(some.map((each, at) => each.scanP99Ms / (others[at]?.scanP99Ms ?? Number.NaN)));
}

function ownOf(calm: readonly Turn[], flooded: readonly Turn[]): OwnTurns | null {
  if (Math.min(calm.length, flooded.length) < OWN_TURNS_MIN) return null;
  const ratio = middleP99(flooded) / middleP99(calm);
  return { calm: calm.length, flooded: flooded.length, ratio };
}

function middleP99(turns: readonly Turn[]): number {
  return median(turns.map(({ scanP99Ms }) => scanP99Ms));
}
