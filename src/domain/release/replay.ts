// A recorded match, decided once more by this version: what it would have said differently. What one authority
// decided is judged on exactly what it knew; what a lane decided alone, on anything that it may have known; what was
// decided in a cell, on the crossings that stood there and anything else that its members may have known.
import type { Crossing } from '#domain/entry/crossings.ts';
import { decideScan } from '#domain/entry/decide-scan.ts';
import { meteredMinute } from '#domain/entry/metering.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Occupancy } from '#domain/venue/controls.ts';
import type { Found } from './found.ts';
import { judgeAlone } from './judge-alone.ts';
import { judgeInCell } from './judge-in-cell.ts';
import {
  batchesOf,
  crossingOf,
  hasCrossed,
  placeKey,
  RecordedState,
  timeOf,
} from './recorded-state.ts';
import type { Basis, RecordedScan, Recording } from './recording.ts';
import { findingOf, isAlike, type LeftOut, type Said, shownAs, wordOf } from './said.ts';

export type ReplayDifference = {
  readonly revision: number;
  readonly ticketRef: string | null;
  readonly gate: string;
  readonly lane: string | null;
  readonly direction: Direction;
  readonly at: Instant;
  /** `lane`: it had been decided by a lane alone, and nothing that the lane may have known explains it. */
  readonly by: 'authority' | 'cell' | 'lane';
  readonly old: Said;
  readonly new: Said;
};

export type Replay = {
  readonly scans: number;
  /** On exactly what had been known. */
  readonly judged: number;
  readonly judgedInCell: number;
  readonly judgedAlone: number;
  /** Left out, and why. */
  readonly leftOut: Readonly<Record<LeftOut, number>>;
  readonly differences: readonly ReplayDifference[];
};

export function replay(recording: Recording): Replay {
  const state = new RecordedState(recording);
  const differences: ReplayDifference[] = [];
  const leftOut = { counted: 0, reading: 0, policy: 0, elsewhere: 0 };
  let judged = 0;
  let judgedInCell = 0;
  let judgedAlone = 0;
  const foreignFrom = firstElsewhere(recording);
  for (const batch of batchesOf(recording.scans)) {
    const together = new Together(state, batch);
    for (const scan of batch) {
      if (scan.revision >= foreignFrom) {
        leftOut.elsewhere += 1;
        continue;
      }
      if (scan.found !== null && scan.basis !== null) {
        judged += 1;
        const said = together.decide(scan, scan.found, scan.basis);
        if (!isAlike(said, scan)) differences.push(differenceOf(state, scan, 'authority', said));
        together.take(scan);
        continue;
      }
      if (scan.found !== null) {
        judgedInCell += 1;
        const said = judgeInCell(recording, state, scan, scan.found);
        if (said !== null) differences.push(differenceOf(state, scan, 'cell', said));
        continue;
      }
      const alone = judgeAlone(recording, state, scan);
      if (alone.kind === 'left-out') leftOut[alone.why] += 1;
      else {
        judgedAlone += 1;
        if (alone.said !== null) differences.push(differenceOf(state, scan, 'lane', alone.said));
      }
    }
  }
  return {
    scans: recording.scans.length,
    judged,
    judgedInCell,
    judgedAlone,
    leftOut,
    differences,
  };
}

/** From where another node had the word: what it knew is in its own recording. */
function firstElsewhere({ scans, rung }: Recording): number {
  const others = scans.filter(
    (scan) => scan.basis !== null && scan.rung !== rung && /^(hub|edge)$/.test(scan.rung),
  );
  return others[0]?.revision ?? Number.POSITIVE_INFINITY;
}

/** One batch: each of its scans sees what those before it did, and nothing that others wrote meanwhile. */
class Together implements Occupancy {
  readonly #state: RecordedState;
  readonly #crossings = new Map<string, readonly Crossing[]>();
  readonly #now: Instant;
  readonly #added = new Map<string, number>();
  readonly #entered = new Map<string, number>();
  #readAt = 0;
  #isOfMinute = false;

  constructor(state: RecordedState, batch: readonly RecordedScan[]) {
    this.#state = state;
    this.#now = timeOf(batch);
  }

  readonly inside: Occupancy['inside'] = this.#view((scope) => this.#insideOf(scope));
  readonly thisMinute: Occupancy['thisMinute'] = this.#view((scope) => this.#enteredIn(scope));

  decide(scan: RecordedScan, found: Found, { readAt }: Basis): Said {
    this.#readAt = readAt;
    const counted = this.#state.minuteAt(readAt);
    this.#isOfMinute = meteredMinute(counted.minute, this.#now) === counted.minute;
    const serial = scan.serial ?? 0;
    const place = { entryEpoch: scan.entryEpoch, checkpoint: scan.checkpoint, serial };
    const ticket = this.#state.ticketFor(serial, scan.revision);
    const { verdict, reason } = decideScan(shownAs(scan, found), findingOf(found, ticket), {
      ground: this.#state.groundFor(scan.revision),
      controls: this.#state.controlsFor(scan.revision),
      occupancy: this,
      crossings: this.#crossings.get(placeKey(place)) ?? this.#state.crossingsAt(place, readAt),
      at: scan.decidedAt,
    });
    return { verdict, reason };
  }

  /** What it did, as it was recorded. */
  take(scan: RecordedScan): void {
    if (!hasCrossed(scan) || scan.basis === null) return;
    const place = { ...scan, serial: scan.serial ?? 0 };
    const key = placeKey(place);
    const before = this.#crossings.get(key) ?? this.#state.crossingsAt(place, scan.basis.readAt);
    this.#crossings.set(key, [...before, crossingOf(scan)]);
    for (const scope of this.#state.scopesOf(scan)) {
      this.#added.set(scope, (this.#added.get(scope) ?? 0) + scan.inside);
      if (scan.direction === 'in') this.#entered.set(scope, (this.#entered.get(scope) ?? 0) + 1);
    }
  }

  #insideOf(scope: string): number {
    return this.#state.insideAt(scope, this.#readAt) + (this.#added.get(scope) ?? 0);
  }

  #enteredIn(scope: string): number {
    const before = this.#state.minuteAt(this.#readAt).entered.get(scope) ?? 0;
    return (this.#isOfMinute ? before : 0) + (this.#entered.get(scope) ?? 0);
  }

  /** Counts are looked up when they are asked for: a ground has more scopes than a scan crosses. */
  #view(get: (scope: string) => number): ReadonlyMap<string, number> {
    return new (class extends Map<string, number> {
      override get(scope: string): number {
        return get(scope);
      }
    })();
  }
}

function differenceOf(
  state: RecordedState,
  scan: RecordedScan,
  by: ReplayDifference['by'],
  said: Said,
): ReplayDifference {
  const { revision, gate, lane, direction, decidedAt: at, verdict, reason } = scan;
  const ticket = scan.serial === null ? null : state.ticketFor(scan.serial, revision);
  const ticketRef = ticket?.ref ?? null;
  const old = { verdict, reason };
  return { revision, ticketRef, gate, lane, direction, at, by, old, new: said };
}

export type ReasonPair = { readonly old: string; readonly new: string; readonly scans: number };

/** How often each change of answer occurs, the most frequent first. */
export function reasonPairs(differences: readonly ReplayDifference[]): ReasonPair[] {
  const counts = new Map<string, { old: string; new: string; scans: number }>();
  for (const difference of differences) {
    const old = wordOf(difference.old);
    const now = wordOf(difference.new);
    const key = `${old}\n${now}`;
    const pair = counts.get(key) ?? { old, new: now, scans: 0 };
    pair.scans += 1;
    counts.set(key, pair);
  }
  return [...counts.values()].sort((a, b) => b.scans - a.scans);
}
