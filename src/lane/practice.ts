// A lane that is being practised at: it answers by the lesson in the code, asks nobody, and keeps nothing
// beyond this run. Training works where there is no network, and no count knows of it.
import { practiceMessage } from '#domain/credentials/practice-code.ts';
import { normaliseCode } from '#domain/credentials/reading.ts';
import { decidePractice } from '#domain/entry/practice.ts';
import { nextActionOf } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import type { LanePorts } from './ports.ts';

const SEAT = { ref: 'PRACTICE', type: 'practice', stand: null, section: null, row: '1', seat: '1' };

export class Practice {
  readonly #ports: Pick<LanePorts, 'sha256' | 'chance'>;
  /** Let in since the app was started. */
  readonly #seen = new Set<string>();

  constructor(ports: Pick<LanePorts, 'sha256' | 'chance'>) {
    this.#ports = ports;
  }

  /** @param isConfirmed - the steward has settled what the code was referred for */
  async answer(code: string, isConfirmed: boolean, at: Instant): Promise<LaneAnswer> {
    const { chance, sha256 } = this.#ports;
    const text = normaliseCode(code) ?? '';
    const message = practiceMessage(text);
    const hash = message === null ? new Uint8Array() : await sha256(message);
    const decided = decidePractice(code, this.#seen, () => hash);
    // A real ticket is not claimed here: its holder belongs to a real lane.
    const isReal = decided === 'not-practice';
    const judged = isReal ? judgedAs('refused', 'unknown') : decided;
    const { verdict, reason, next } =
      isConfirmed && judged.verdict === 'referred' ? judgedAs('admitted', null) : judged;
    const isThrough = verdict === 'admitted' || verdict === 'provisional';
    if (isThrough) this.#seen.add(text);
    return {
      ...{ scanId: chance.uuid(), verdict, reason, next },
      rung: verdict === 'provisional' ? 'provisional' : 'local',
      ticket: isReal ? null : { ...SEAT, admits: 1 },
      ...{ first: null, gateHint: null, attention: null, from: null },
      decidedAt: isoTime(at),
      ...{ storeEpoch: null, revision: null, listAsOf: null },
    };
  }
}

function judgedAs(verdict: 'refused' | 'admitted', reason: 'unknown' | null) {
  return { verdict, reason, next: nextActionOf(verdict, reason, 'in') };
}
