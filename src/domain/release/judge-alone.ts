// What a lane decided by itself. Nobody wrote down what it knew: list and controls may have been those of any
// moment before, and of what others let in it may have heard all or nothing. So it is asked whether anything that
// it may have known makes this version say what the lane said.
import { decideScan } from '#domain/entry/decide-scan.ts';
import { NOBODY, type Occupancy } from '#domain/venue/controls.ts';
import type { RecordedState } from './recorded-state.ts';
import type { RecordedScan, Recording } from './recording.ts';
import { findingOf, type LeftOut, type Said, shownAs } from './said.ts';

export type Alone =
  | { readonly kind: 'left-out'; readonly why: LeftOut }
  /** `said`: what this version says, where it can not be brought to say the same. */
  | { readonly kind: 'judged'; readonly said: Said | null };

/** Reasons that follow from the code itself, before any rule. */
const OF_READING = new Set(['unreadable', 'forged', 'unknown', 'wrong-event']);
/** Of a stop at the gate somebody at the lane may have said so: no control is in it. */
const OF_POLICY = new Set(['cannot-verify', 'annulled', 'check-seat']);

/** Every limit and meter spent. */
export const FULL: Occupancy = { inside: full(), thisMinute: full() };

export function judgeAlone(recording: Recording, state: RecordedState, scan: RecordedScan): Alone {
  if (scan.rung === 'visual' || scan.rung === 'open') return { kind: 'left-out', why: 'counted' };
  const { reason } = scan;
  if (reason !== null && OF_READING.has(reason)) return { kind: 'left-out', why: 'reading' };
  if (reason !== null && OF_POLICY.has(reason)) return { kind: 'left-out', why: 'policy' };
  if (scan.serial === null) return { kind: 'left-out', why: 'reading' };
  let last: Said | null = null;
  for (const said of saidOn(recording, state, scan)) {
    if (isSameAlone(said, scan)) return { kind: 'judged', said: null };
    last ??= said;
  }
  return { kind: 'judged', said: last };
}

/** A provisional admission is an admission whose claim nobody else has seen yet. */
function isSameAlone(said: Said, { verdict, reason }: RecordedScan): boolean {
  const isThrough = verdict === 'provisional' || verdict === 'admitted';
  return isThrough ? said.verdict === 'admitted' : said.reason === reason;
}

/** What is likeliest comes first: it is what is shown when nothing fits. */
function* saidOn(recording: Recording, state: RecordedState, scan: RecordedScan): Generator<Said> {
  const serial = scan.serial ?? 0;
  const place = { entryEpoch: scan.entryEpoch, checkpoint: scan.checkpoint, serial };
  const before = state.crossingsAt(place, scan.revision).filter(isBefore(scan));
  const controls = [
    state.controlsFor(scan.revision),
    ...recording.controls.map((version) => version.controls),
  ];
  const tickets = recording.tickets.get(serial) ?? [];
  const code = scan.reason === 'revoked' ? 'earlier' : 'current';
  for (const crossings of [before, [], ...state.crossingsEver(place).slice(-2)]) {
    for (const version of controls) {
      for (const { ticket } of tickets) {
        for (const occupancy of [NOBODY, FULL]) {
          for (const isConfirmed of [false, true]) {
            const shown = shownAs(scan, { isConfirmed, isManual: false });
            const decision = decideScan(shown, findingOf({ code }, ticket), {
              ground: state.groundFor(scan.revision),
              controls: version,
              occupancy,
              crossings: crossings.filter(isBefore(scan)),
              at: scan.decidedAt,
            });
            yield { verdict: decision.verdict, reason: decision.reason };
          }
        }
      }
    }
  }
}

function isBefore(scan: RecordedScan) {
  return (each: { readonly device: string; readonly scan: string; readonly at: number }) =>
    each.at < scan.decidedAt && (each.device !== scan.device || each.scan !== scan.scanId);
}

/** A lane hears that they are spent, and not when. */
function full(): ReadonlyMap<string, number> {
  return new (class extends Map<string, number> {
    override get(): number {
      return Number.POSITIVE_INFINITY;
    }
  })();
}
