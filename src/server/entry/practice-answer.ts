// What a device that was enrolled for training is answered: by the lesson in the code, from no store, into none.
import { decidePractice } from '#domain/entry/practice.ts';
import { nextActionOf } from '#domain/entry/verdict.ts';
import type { ScanAnswer, ScanRequest, TicketShown } from '#protocol/scans.ts';
import { iso } from '#server/platform/clock.ts';
import { sha256 } from '#server/platform/crypto.ts';
import type { ServerContext } from '#server/server-context.ts';

const SEAT: TicketShown = {
  ref: 'PRACTICE',
  type: 'practice',
  stand: null,
  section: null,
  row: '1',
  seat: '1',
  admits: 1,
};
/** The answer keeps nothing, so each code is new each time; the lane itself knows what it has let in. */
const NOTHING_SEEN: ReadonlySet<string> = new Set();

export function practiceAnswer(
  { now, storeState }: Pick<ServerContext, 'now' | 'storeState'>,
  { scanId, code }: ScanRequest,
): ScanAnswer {
  const decided = decidePractice(code, NOTHING_SEEN, sha256);
  const isReal = decided === 'not-practice';
  const { verdict, reason, next } = isReal
    ? {
        verdict: 'refused' as const,
        reason: 'unknown' as const,
        next: nextActionOf('refused', 'unknown', 'in'),
      }
    : decided;
  return {
    scanId,
    verdict,
    reason,
    next,
    rung: 'hub',
    ticket: isReal ? null : SEAT,
    first: null,
    gateHint: null,
    attention: null,
    from: null,
    decidedAt: iso(now()),
    storeEpoch: storeState.current().epoch,
    revision: 0,
    mark: '',
  };
}
