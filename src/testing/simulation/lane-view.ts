// What a simulated lane can tell of a code by itself: by its list, what it heard and what it let through.
import { decideScan, type Knowledge, mayLaneSettle, type Scan } from '#domain/entry/decide-scan.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { cannotVerify, decideAlone } from '#domain/sync/decide-alone.ts';
import { crossingsKnown } from '#domain/sync/heard.ts';
import { type LookedUp, lookUp } from '#domain/sync/look-up.ts';
import { NO_CONTROLS, NOBODY } from '#domain/venue/controls.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import type { LaneDisk, LaneList, Read, Shown } from './lane-disk.ts';
import { EVENT_NUMBER, readAtLane } from './simulated-match.ts';

export type LaneStep = 'after-intent' | 'after-claim' | 'after-outcome' | 'after-light';

export type Coming = {
  readonly code: string;
  readonly direction: Direction;
  /** Whether the turnstile turns once the light is on. */
  readonly turns: boolean;
};

export type View = {
  readonly lookedUp: LookedUp;
  readonly scan: Scan;
  readonly known: Knowledge;
};

/** The scan in hand. */
export type Underway = {
  readonly coming: Coming;
  readonly read: Read;
  readonly readMs: number;
  readonly view: View;
  readonly answers: Map<string, ScanAnswer>;
};

export type Viewer = {
  readonly device: string;
  readonly gate: string;
  readonly disk: LaneDisk;
  readonly list: LaneList;
  readonly ground: Ground;
  readonly at: Instant;
};

export function lookAt(viewer: Viewer, code: string, direction: Direction): View {
  const { list, disk, gate, device, ground, at } = viewer;
  const { reading, hash } = readAtLane(code);
  const lookedUp = lookUp(reading, hash, {
    bySerial: (serial) => list.rows.get(serial) ?? null,
    byHash: (text) => list.byHash.get(text) ?? null,
    eventNumber: list.rows.size === 0 ? null : EVENT_NUMBER,
  });
  const finding = lookedUp.kind === 'known' ? lookedUp.finding : null;
  const ticket = finding?.kind === 'ticket' ? finding.ticket : null;
  const crossings =
    ticket === null
      ? []
      : crossingsKnown(
          disk.crossingsOf(ticket.serial, device, gate),
          list.heard.get(ticket.serial) ?? [],
        );
  const scan = { direction, gate, lane: null, isConfirmed: false };
  const controls = list.controls ?? NO_CONTROLS;
  const known = { ground, controls, occupancy: NOBODY, crossings, at };
  return { lookedUp, scan, known };
}

export function isStrict({ lookedUp, known }: View, direction: Direction): boolean {
  if (lookedUp.kind !== 'known' || lookedUp.finding.kind !== 'ticket') return false;
  return direction === 'in' && rulesFor(known.ground, lookedUp.finding.ticket).offline === 'strict';
}

/** @returns null: somebody above is to be asked */
export function settleHere({ lookedUp, scan, known }: View, list: LaneList): Shown | null {
  if (lookedUp.kind === 'ask' || list.controls === null) return null;
  const decision = decideScan(scan, lookedUp.finding, known);
  return mayLaneSettle(decision) ? shownOf(decision, 'local', known.at) : null;
}

export function decideHere(view: View, list: LaneList, disk: LaneDisk, at: Instant): Shown {
  const { lookedUp, scan, known } = view;
  const isWhole = list.cursor !== null;
  const decision =
    list.controls === null
      ? cannotVerify(scan)
      : decideAlone(scan, lookedUp, known, isWhole, (type) => disk.admittedAlone(type));
  return shownOf(decision, 'provisional', at);
}

function shownOf(
  { verdict, reason, ticket }: ReturnType<typeof decideScan>,
  rung: 'local' | 'provisional',
  decidedAt: Instant,
): Shown {
  return { verdict, reason, rung, revision: null, decidedAt, serial: ticket?.serial ?? null };
}

/** An exact answer, as the lane shows it. */
export function shownAbove(answer: ScanAnswer, now: Instant): Shown {
  const { verdict, reason, rung, revision, decidedAt, ticket } = answer;
  const serial = ticket === null ? null : Number(ticket.ref.slice('RV-'.length));
  return { verdict, reason, rung, revision, decidedAt: parseInstant(decidedAt) ?? now, serial };
}
