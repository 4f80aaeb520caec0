// A batch of scans of one event, decided in order of arrival on one snapshot: pure but for its inputs.
import { type Crossing, nextCrossingAt } from '#domain/entry/crossings.ts';
import { type Decision, decideScan, type Finding } from '#domain/entry/decide-scan.ts';
import { meteredMinute } from '#domain/entry/metering.ts';
import type { Direction, Rung } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { writeFound } from '#domain/release/found.ts';
import type { Occupancy } from '#domain/venue/controls.ts';
import { scopesCrossed } from '#domain/venue/match-event.ts';
import { iso } from '#server/platform/clock.ts';
import { annulledAnswer, answerOf } from './answer.ts';
import type { OpenEvent } from './catalogue.ts';
import {
  type Batch,
  type ClaimRecord,
  PEOPLE_PER_PULSE_MAX,
  type ScanRecord,
} from './claim-store.ts';
import type { Lookup } from './find-code.ts';
import type { Fact, Snapshot } from './snapshot.ts';

export type PendingScan = {
  readonly device: string;
  readonly scanId: string;
  readonly direction: Direction;
  readonly gate: string;
  readonly lane: string | null;
  readonly operator: string | null;
  readonly scannedAt: string;
  readonly isConfirmed: boolean;
  /** Typed in by hand. */
  readonly isManual?: boolean;
  readonly checkpoint: string;
  readonly lookup: Lookup;
  readonly codeHash: Uint8Array;
};

export type Outcome =
  /** Answered before: the same text again. */
  | { readonly kind: 'stored'; readonly answer: string; readonly revision: number }
  | { readonly kind: 'reused' }
  /** New: `index` counts the batch's new scans, from which its revision follows. */
  | {
      readonly kind: 'decided';
      readonly index: number;
      readonly answer: string;
      readonly record: ScanRecord;
      readonly decision: Decision;
    };

/** Without a limit in sight; the fence sees to the rest. */
const PULSES_LEFT_MAX = 1_000_000;

export type DecidedBatch = { readonly outcomes: readonly Outcome[]; readonly batch: Batch };

export function decideBatch(
  event: OpenEvent,
  snapshot: Snapshot,
  scans: readonly { readonly scan: PendingScan; readonly finding: Finding }[],
  now: Instant,
): DecidedBatch {
  const tally = new Tally(event, snapshot, now);
  const claims = new Map<string, ClaimRecord>();
  const records: ScanRecord[] = [];
  const outcomes = scans.map(({ scan, finding }, index): Outcome => {
    const fact = snapshot.facts[index];
    if (fact === undefined) throw new Error('the snapshot has a fact for each scan');
    if (fact.stored !== null) return repeatOf(scan, fact.stored);
    const key = finding.kind === 'ticket' ? `${scan.checkpoint}/${finding.ticket.serial}` : '';
    const crossings = claims.get(key)?.crossings ?? fact.crossings;
    const at = nextCrossingAt(crossings, now);
    let moved: Moved | null = null;
    const decision = decideScan(scan, finding, {
      ground: event.ground,
      controls: event.controls,
      occupancy: tally,
      crossings,
      at,
    });
    if (decision.crosses !== null && finding.kind === 'ticket') {
      const { serial, section, stand } = finding.ticket;
      claims.set(key, {
        checkpoint: scan.checkpoint,
        serial,
        crossings: [...crossings, crossingOf(scan, at)],
        previous: fact.claimRevision,
      });
      const scopes = scopesCrossed(event.ground, section, scan.gate, stand);
      tally.add(scopes, decision.crosses.inside, scan.direction);
      moved = { scopes, people: peopleIn(scopes, decision.crosses.inside) };
    }
    const answer = JSON.stringify(answerOf(scan.scanId, decision, event.rung, event.ground, at));
    const own = recordOf(scan, finding, decision, { at, rung: event.rung, answer });
    const record = { ...own, ...moved, ...basisOf(fact) };
    records.push(record);
    return {
      kind: 'decided',
      index: records.length - 1,
      answer,
      record,
      decision,
    };
  });
  const { minute, insideDelta, entered } = tally;
  const isHeld = records.some(({ reason }) => reason === 'held');
  const batch: Batch = {
    scans: records,
    claims: [...claims.values()],
    insideDelta,
    entered,
    minute,
    strictRevision: event.hasMeter ? snapshot.revision : null,
    limits: event.limits,
    // Who is turned away because it is full must not be turned away on an old count either.
    pulseMax:
      (snapshot.pulse ?? 0) + (event.hasMeter || isHeld ? 0 : tally.pulsesLeft(event.limits)),
    readAt: snapshot.revision,
  };
  return { outcomes, batch };
}

type Moved = Required<Pick<ScanRecord, 'scopes' | 'people'>>;

function basisOf({ basis }: Fact): Pick<ScanRecord, 'basis'> {
  return basis == null ? {} : { basis };
}

function peopleIn(scopes: readonly string[], inside: number): Moved['people'] {
  return Object.fromEntries(scopes.map((scope) => [scope, inside]));
}

function repeatOf(scan: PendingScan, stored: NonNullable<Fact['stored']>): Outcome {
  const isSame = stored.direction === scan.direction && stored.codeHash.equals(scan.codeHash);
  if (!isSame) return { kind: 'reused' };
  const { revision, annulledAt } = stored;
  const answer = annulledAt === null ? stored.answer : annulledAnswer(stored.answer);
  return { kind: 'stored', answer, revision };
}

function crossingOf(scan: PendingScan, at: Instant): Crossing {
  const { device, scanId, gate, lane, direction } = scan;
  return { device, scan: scanId, gate, lane, at, direction, isExact: true, annulledAt: null };
}

function recordOf(
  scan: PendingScan,
  finding: Finding,
  decision: Decision,
  { at, rung, answer }: { readonly at: Instant; readonly rung: Rung; readonly answer: string },
): ScanRecord {
  return {
    device: scan.device,
    scan_id: scan.scanId,
    code_hash: `\\x${Buffer.from(scan.codeHash).toString('hex')}`,
    direction: scan.direction,
    verdict: decision.verdict,
    reason: decision.reason,
    rung,
    gate: scan.gate,
    lane: scan.lane,
    operator: scan.operator,
    serial: decision.ticket?.serial ?? null,
    scanned_at: scan.scannedAt,
    decided_at: iso(at),
    inside: decision.crosses?.inside ?? 0,
    checkpoint: scan.checkpoint,
    answer,
    found: writeFound({
      code: finding.kind === 'none' ? finding.reason : finding.isCurrent ? 'current' : 'earlier',
      isConfirmed: scan.isConfirmed,
      isManual: scan.isManual === true,
    }),
  };
}

/** Counts as the batch goes, so that the scan which fills a stand is the last one it admits. */
class Tally implements Occupancy {
  readonly inside = new Map<string, number>();
  readonly thisMinute = new Map<string, number>();
  readonly insideDelta: number[];
  readonly entered: number[];
  readonly minute: number;
  readonly #event: OpenEvent;

  constructor(event: OpenEvent, snapshot: Snapshot, now: Instant) {
    this.#event = event;
    this.minute = meteredMinute(snapshot.minute, now);
    this.insideDelta = new Array(event.scopeIndex.size).fill(0);
    this.entered = new Array(event.scopeIndex.size).fill(0);
    for (const [scope, index] of event.scopeIndex) {
      this.inside.set(scope, snapshot.inside[index] ?? 0);
      const isThisMinute = snapshot.minute === this.minute;
      this.thisMinute.set(scope, isThisMinute ? (snapshot.thisMinute[index] ?? 0) : 0);
    }
  }

  /** How many writes of others would fit besides this batch, were each to fill the fullest scope it adds to. */
  pulsesLeft(limits: readonly (number | null)[]): number {
    const scopes = [...this.#event.scopeIndex.keys()];
    const left = limits.flatMap((limit, index) => {
      if (limit === null || (this.insideDelta[index] ?? 0) <= 0) return [];
      return [
        Math.floor((limit - (this.inside.get(scopes[index] ?? '') ?? 0)) / PEOPLE_PER_PULSE_MAX),
      ];
    });
    return Math.max(0, Math.min(PULSES_LEFT_MAX, ...left));
  }

  add(scopes: readonly string[], inside: number, direction: Direction): void {
    for (const scope of scopes) {
      const index = this.#event.scopeIndex.get(scope);
      if (index === undefined) continue;
      this.inside.set(scope, (this.inside.get(scope) ?? 0) + inside);
      this.insideDelta[index] = (this.insideDelta[index] ?? 0) + inside;
      if (direction === 'out') continue;
      this.thisMinute.set(scope, (this.thisMinute.get(scope) ?? 0) + 1);
      this.entered[index] = (this.entered[index] ?? 0) + 1;
    }
  }
}
