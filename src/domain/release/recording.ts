// A match as it was decided: every scan in the order of its revision, and everything that scans were decided on.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Direction, Reason, Rung, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Controls } from '#domain/venue/controls.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import type { Found } from './found.ts';

export type Recording = {
  /** Whoever decided the match: scans of the other rung were decided elsewhere. */
  readonly rung: 'hub' | 'edge';
  /** In force for what was decided after `from`; each in its order. */
  readonly grounds: readonly { readonly from: number; readonly ground: Ground }[];
  readonly controls: readonly {
    readonly from: number;
    readonly entryEpoch: number;
    readonly controls: Controls;
  }[];
  /** Versions of a ticket, by serial: each for what was decided up to `through`; null: to the end. */
  readonly tickets: ReadonlyMap<number, readonly TicketVersion[]>;
  /** In the order of their revisions. */
  readonly changes: readonly RecordedChange[];
  readonly scans: readonly RecordedScan[];
};

export type TicketVersion = { readonly through: number | null; readonly ticket: Ticket };

/** What changed crossings and counts beside the scans: an annulment, a journal, a hand. */
export type RecordedChange = {
  readonly revision: number;
  readonly place: ClaimPlace | null;
  /** All of this ticket there, after the change; null without a ticket. */
  readonly crossings: readonly Crossing[] | null;
  readonly scopes: readonly string[];
  readonly inside: number;
};

export type ClaimPlace = {
  readonly entryEpoch: number;
  readonly checkpoint: string;
  readonly serial: number;
};

export type RecordedScan = {
  readonly revision: number;
  readonly device: string;
  readonly scanId: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly checkpoint: string;
  readonly entryEpoch: number;
  readonly direction: Direction;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly rung: Rung;
  readonly serial: number | null;
  readonly decidedAt: Instant;
  readonly inside: number;
  /** Null: it was taken up from a journal, or decided by a version that did not write this down. */
  readonly found: Found | null;
  /** Null besides: it was decided in a cell, where nodes know each other’s decisions and not each other’s moment. */
  readonly basis: Basis | null;
};

export type Basis = {
  /** The revision at which the decider had read. */
  readonly readAt: number;
  /** The one after which its batch was written: scans with the same were decided together, one after the other. */
  readonly batchFrom: number;
};
