// Whether somebody went through, as the turnstile tells it: if not, the scan is taken back, so that
// its holder may be scanned again.
import { annulAbove } from './annul.ts';
import type { LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import type { ScanDeps } from './scan-deps.ts';

/** `silent`: it did not say, or could not be reached. */
export type Turned = 'turned' | 'not-turned' | 'silent';

/** @returns what to show instead of the answer; null when it stands */
export async function heardTurn(
  deps: ScanDeps,
  answer: LaneAnswer,
  turned: Turned,
): Promise<LaneAnswer | null> {
  const { journal, clock, hub, driver, ports, notify } = deps;
  const { scanId } = answer;
  if (turned === 'silent') {
    // Only the turnstile's own word takes a scan back: whoever is in doubt looks.
    notify('gateSilent', answer.ticket?.ref ?? scanId);
    return null;
  }
  const at = clock.now();
  const isTurned = turned === 'turned';
  await journal.turned(
    { kind: 'turned', scanId, turned: isTurned, at: isoTime(at) },
    isTurned ? null : { scanId, at, cause: 'not-turned' },
  );
  if (isTurned) return null;
  if (driver.mayAsk() && answer.revision !== null) {
    // Unreached, the hub learns of it from the journal.
    const annulled = await annulAbove(hub, ports.timers, scanId, 'not-turned', deps.stop);
    if (annulled.kind === 'refused') {
      notify('notTakenBack', `${scanId} ${annulled.words}`);
    }
  }
  return { ...answer, verdict: 'refused', reason: 'annulled', next: 'scan-again' };
}
