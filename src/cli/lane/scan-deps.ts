// What deciding a scan needs, and what is written of each: shared by the scan in hand and by those
// that an earlier run left behind.
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { Hub } from './hub.ts';
import type { BodyOf, Crossed, Journal, Read, Seen } from './journal.ts';
import type { Knowledge } from './knowledge.ts';
import type { LadderWatch } from './ladder-watch.ts';
import { isThrough, type LaneAnswer } from './lane-answer.ts';
import type { LaneClock } from './lane-clock.ts';
import type { TicketStore } from './ticket-store.ts';
import type { Language } from './words.ts';

export type ScanSettings = {
  readonly direction: Direction;
  readonly lane: string | null;
  readonly operator: string | null;
  /** From the reading of the code to the verdict. */
  readonly deadlineMs: number;
};

/** Moments between which a lane may be killed; tests kill it there. */
export type Step = 'after-intent' | 'after-claim' | 'after-outcome' | 'after-light';

export type ScanDeps = {
  readonly hub: Hub;
  readonly journal: Journal;
  readonly store: TicketStore;
  readonly knowledge: Knowledge;
  readonly clock: LaneClock;
  readonly ladder: LadderWatch;
  readonly settings: ScanSettings;
  readonly stop: AbortSignal;
  readonly acceptedThrough: () => number;
  readonly tell: (words: string) => void;
  readonly say: (words: Readonly<Record<Language, string>>) => string;
  readonly onRevoked: (words: string) => void;
  readonly onStep: (step: Step) => void;
};

export function seenOf(journal: Journal): Seen | null {
  const kept = journal.meta.get('seen');
  return kept === null ? null : (JSON.parse(kept) as Seen);
}

export function readBody({ settings, knowledge }: ScanDeps, read: Read) {
  const lane = settings.lane ?? knowledge.self()?.lane ?? null;
  return {
    scanId: read.scanId,
    code: read.code,
    direction: read.direction,
    scannedAt: read.scannedAt,
    ...(lane === null ? {} : { lane }),
    ...(settings.operator === null ? {} : { operator: settings.operator }),
  };
}

export function outcomeBody(deps: ScanDeps, read: Read, answer: LaneAnswer): BodyOf<'outcome'> {
  const notBefore = deps.journal.meta.get('lastExactAt');
  return {
    kind: 'outcome',
    ...readBody(deps, read),
    verdict: answer.verdict,
    reason: answer.reason,
    rung: answer.rung,
    revision: answer.revision,
    ...(notBefore === null ? {} : { notBefore }),
  };
}

/** @param ticket - if the lane knows it; else it is found by what the answer says */
export function crossedOf(
  { knowledge, store, settings }: ScanDeps,
  answer: LaneAnswer,
  ticket: Ticket | null,
): Crossed | null {
  if (!isThrough(answer)) return null;
  const self = knowledge.self();
  const found = ticket ?? (answer.ticket === null ? null : store.byRef(answer.ticket.ref)?.ticket);
  if (found == null || self === null) return null;
  return {
    serial: found.serial,
    type: found.type,
    checkpoint: self.checkpoint,
    gate: self.gate,
    lane: settings.lane ?? self.lane,
    at: parseInstant(answer.decidedAt) ?? (0 as Instant),
    isExact: answer.revision !== null,
  };
}
