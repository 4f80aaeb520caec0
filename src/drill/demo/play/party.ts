// Somebody before the gates, and what they do after an answer. Pure: the same answer, the same step.
import type { ScanAnswer } from '#protocol/scans.ts';
import type { Shown, Visit } from '../seed/visits.ts';

/** A visit under way. */
export type Party = {
  readonly visit: Visit;
  readonly direction: 'in' | 'out';
  /** Who of the visit is next before the reader. */
  index: number;
  /** The scan that a steward has just settled. */
  confirms: string | null;
  /** Since when they stand in this queue, minutes. */
  joinedAtMin: number;
};

export function partyOf(visit: Visit, direction: 'in' | 'out' = 'in'): Party {
  return { visit, direction, index: 0, confirms: null, joinedAtMin: 0 };
}

export function shownBy(party: Party): Shown | null {
  return party.visit.people[party.index] ?? null;
}

export function peopleLeft(party: Party): number {
  return party.visit.people.length - party.index;
}

export type Step =
  /** This person is through, or sent to the desk: the next one steps up. */
  | { readonly kind: 'next' }
  /** The steward has looked; the same code is read again. */
  | { readonly kind: 'confirm' }
  | { readonly kind: 'other-gate'; readonly gates: readonly string[] }
  /** Back when the ticket's own time has come, on the real clock. */
  | { readonly kind: 'come-back'; readonly atRealMs: number }
  | { readonly kind: 'wait' };

export function stepAfter(answer: ScanAnswer): Step {
  switch (answer.reason) {
    case 'wrong-gate':
      return { kind: 'other-gate', gates: answer.gateHint?.gates ?? [] };
    case 'too-early':
      return answer.from === null
        ? { kind: 'next' }
        : { kind: 'come-back', atRealMs: Date.parse(answer.from) };
    case 'held':
      return { kind: 'wait' };
    default:
      return answer.verdict === 'referred' ? { kind: 'confirm' } : { kind: 'next' };
  }
}
