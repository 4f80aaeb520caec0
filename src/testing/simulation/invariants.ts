// The rules of design §2 that a simulation is held to, and how one that breaks is named.
import type { Read, Shown } from './lane-disk.ts';
import type { SimLane } from './sim-lane.ts';

export const INVARIANTS = [
  'once-only',
  'one-authority',
  'verdict-in-time',
  'same-answer',
  'outcome-before-light',
  'behind-never-answers',
  'acknowledged-binds',
  'exits-never-refused',
  'annul-not-after-another',
  'counts-fold',
  'limits-hold',
  'nothing-lost',
  'doubles-are-conflicts',
  'never-shown-taken-back',
  'order-free',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export class Broken extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, what: string) {
    super(`${invariant}: ${what}`);
    this.invariant = invariant;
  }
}

/** An exact crossing, as it was committed. */
export type Admitted = {
  readonly device: string;
  readonly scanId: string;
  readonly serial: number;
  readonly entryEpoch: number;
  readonly direction: 'in' | 'out';
  readonly at: number;
  /** False: a lane had decided it alone, and the authority has heard of it since. */
  readonly isExact: boolean;
  isAnnulled: boolean;
  /** The store that knew of it is gone, or was put back from before; only journals know now. */
  isForgotten: boolean;
};

export type Lit = { readonly lane: SimLane; readonly read: Read; readonly shown: Shown };
