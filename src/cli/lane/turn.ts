// Whether somebody went through, as the turnstile tells it: if not, the scan is taken back, so that
// its holder may be scanned again.
import { annulAbove } from './annul.ts';
import type { LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import type { ScanDeps } from './scan-deps.ts';
import type { Turned } from './turnstile.ts';
import { ANNOUNCEMENTS } from './words.ts';

/** @returns what to show instead of the answer; null when it stands */
export async function heardTurn(
  deps: ScanDeps,
  answer: LaneAnswer,
  turning: Promise<Turned>,
): Promise<LaneAnswer | null> {
  const { journal, clock, hub, ladder, tell, say } = deps;
  const { scanId } = answer;
  const turned = await turning;
  if (turned === 'silent') {
    // Only the turnstile's own word takes a scan back: whoever is in doubt looks.
    tell(`${say(ANNOUNCEMENTS.gateSilent)} ${answer.ticket?.ref ?? scanId}`);
    return null;
  }
  const at = clock.now();
  const isTurned = turned === 'turned';
  journal.turned(
    { kind: 'turned', scanId, turned: isTurned, at: isoTime(at) },
    isTurned ? null : { scanId, at, cause: 'not-turned' },
  );
  if (isTurned) return null;
  if (!ladder.isAlone() && answer.revision !== null) {
    // Unreached, the hub learns of it from the journal.
    const annulled = await annulAbove(hub, scanId, 'not-turned', deps.stop);
    if (annulled.kind === 'refused') {
      tell(`${say(ANNOUNCEMENTS.notTakenBack)} ${scanId} ${annulled.words}`);
    }
  }
  return { ...answer, verdict: 'refused', reason: 'annulled', next: 'scan-again' };
}
