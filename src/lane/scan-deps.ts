// What deciding a scan needs, and what is written of each: shared by the scan in hand and by those
// that an earlier run left behind.
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { Hub } from './hub.ts';
import type { Journal } from './journal.ts';
import type { BodyOf, Read, Seen } from './journal-entries.ts';
import type { Knowledge } from './knowledge.ts';
import type { LadderDriver } from './ladder-driver.ts';
import { isThrough, type LaneAnswer } from './lane-answer.ts';
import type { LaneClock } from './lane-clock.ts';
import { listedTicket } from './listed-ticket.ts';
import type { Crossed, LanePorts } from './ports.ts';
import type { Tally } from './tally.ts';
import type { NoticeKind } from './words.ts';

export type ScanSettings = {
  readonly direction: Direction;
  readonly lane: string | null;
  readonly operator: string | null;
  /** From the reading of the code to the verdict. */
  readonly deadlineMs: number;
};

/** What one scan has of its own, if it differs from the lane's. */
export type ScanOptions = {
  readonly direction?: Direction;
  /** The referred scan that the steward has settled: this one is judged again without the referral. */
  readonly confirms?: string;
};

/** Moments between which a lane may be killed; tests kill it there. */
export type ScanMoment = 'after-intent' | 'after-claim' | 'after-outcome';

export type ScanDeps = {
  readonly ports: LanePorts;
  readonly hub: Hub;
  readonly journal: Journal;
  readonly knowledge: Knowledge;
  readonly clock: LaneClock;
  readonly driver: LadderDriver;
  readonly tally: Tally;
  readonly settings: () => ScanSettings;
  readonly stop: AbortSignal;
  readonly acceptedThrough: () => number;
  readonly notify: (kind: NoticeKind, detail: string) => void;
  readonly onRevoked: () => void;
  readonly onMoment: (moment: ScanMoment) => void;
};

export function seenOf(journal: Journal): Seen | null {
  const kept = journal.meta('seen');
  return kept === null ? null : (JSON.parse(kept) as Seen);
}

/** What is proved by an exact answer; what was proved before, if that is more. */
export function seenWith(
  journal: Journal,
  { storeEpoch, revision, mark }: { storeEpoch: string; revision: number; mark: string },
): Seen {
  const before = seenOf(journal);
  const isOlder = before?.epoch === storeEpoch && before.revision >= revision;
  return isOlder ? before : { epoch: storeEpoch, revision, mark };
}

export function readBody({ settings, knowledge }: ScanDeps, read: Read) {
  const { operator, lane: set } = settings();
  const lane = set ?? knowledge.self()?.lane ?? null;
  return {
    scanId: read.scanId,
    code: read.code,
    direction: read.direction,
    scannedAt: read.scannedAt,
    ...(lane === null ? {} : { lane }),
    ...(operator === null ? {} : { operator }),
  };
}

export function outcomeBody(deps: ScanDeps, read: Read, answer: LaneAnswer): BodyOf<'outcome'> {
  const notBefore = deps.journal.meta('lastExactAt');
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
export async function crossedOf(
  { knowledge, ports, settings }: ScanDeps,
  answer: LaneAnswer,
  ticket: Ticket | null,
): Promise<Crossed | null> {
  if (!isThrough(answer)) return null;
  const self = knowledge.self();
  const found =
    ticket ??
    (answer.ticket === null
      ? null
      : listedTicket(await ports.list.byRef(answer.ticket.ref))?.ticket);
  if (found == null || self === null) return null;
  return {
    serial: found.serial,
    type: found.type,
    checkpoint: self.checkpoint,
    gate: self.gate,
    lane: settings().lane ?? self.lane,
    at: parseInstant(answer.decidedAt) ?? (0 as Instant),
    isExact: answer.revision !== null,
  };
}
