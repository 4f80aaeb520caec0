// An exact answer that comes when the lane has already decided alone: it is recorded, and where it
// contradicts what was shown, somebody is told. Nobody is called back from inside by it.
import type { ScanAnswer } from '#protocol/scans.ts';
import { answerAbove, isThrough, type LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import { type ScanDeps, seenWith } from './scan-deps.ts';
import type { Unsettled } from './unsettled.ts';

export type Late = {
  readonly scanId: string;
  /** What the steward was shown. */
  readonly shown: LaneAnswer;
  /** What the authority had decided. */
  readonly late: LaneAnswer;
  /** Admitted here, then refused there: the holder is inside. */
  readonly isConflict: boolean;
};

/** @returns null when the lane knows no such scan */
export async function hearLate(
  deps: ScanDeps,
  unsettled: Unsettled,
  answer: ScanAnswer,
): Promise<Late | null> {
  const { journal, clock, notify } = deps;
  const { scanId, verdict, reason, rung, revision } = answer;
  const row = await journal.scan(scanId);
  if (row?.answer == null) return null;
  const shown = row.answer;
  const late = answerAbove(answer);
  const at = isoTime(clock.now());
  const body = { kind: 'late', scanId, verdict, reason, rung, revision, at } as const;
  await journal.late(body, seenWith(journal, answer), answer.decidedAt);
  const wasShownIn = isThrough(shown);
  if (!wasShownIn && row.annulledAt === null) {
    await unsettled.settleDoubt(scanId, isThrough(late));
  }
  const isConflict = wasShownIn && !isThrough(late) && shown.next === 'let-in';
  if (isConflict) notify('admittedThenRefused', shown.ticket?.ref ?? scanId);
  return { scanId, shown, late, isConflict };
}
