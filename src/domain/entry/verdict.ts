// The one closed list of answers to a scan: screen key, metric label, API word and log word alike.
import type { Referral } from '#domain/venue/match-event.ts';

export const VERDICTS = ['admitted', 'provisional', 'refused', 'referred'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** In the order in which a steward would explain them: the first that applies is the answer. */
export const REASONS = [
  'unreadable',
  'forged',
  'unknown',
  'wrong-event',
  'cancelled',
  'unpaid',
  'not-activated',
  'revoked',
  'blocked',
  'held',
  'too-early',
  'too-late',
  'wrong-gate',
  'already-inside',
  'already-used',
  'too-soon',
  'stale-code',
  'cannot-verify',
  // Not a ticket's fault: the turnstile did not turn, and this scan was taken back.
  'annulled',
  // Referred: the desk or the steward settles it.
  'check-id',
  'check-age',
  'check-companion',
  'check-height',
  'check-dispute',
  // Typed in by hand: the steward holds the seat shown against the ticket.
  'check-seat',
] as const;
export type Reason = (typeof REASONS)[number];

/** Who decided. `edge` and `hub` forward to the same authority; `local` and below are the lane's own. */
export const RUNGS = ['local', 'edge', 'hub', 'provisional', 'visual', 'open'] as const;
export type Rung = (typeof RUNGS)[number];

/** What the steward does next. */
export const NEXT_ACTIONS = [
  'let-in',
  'let-out',
  'scan-again',
  'refresh-code',
  'send-to-gate',
  'send-to-desk',
  'ask-to-wait',
  'ask-to-come-back',
  'turn-away',
  'check-holder',
] as const;
export type NextAction = (typeof NEXT_ACTIONS)[number];

export function reasonOfReferral(referral: Referral): Reason {
  return `check-${referral}`;
}

export function nextActionOf(
  verdict: Verdict,
  reason: Reason | null,
  direction: Direction,
): NextAction {
  if (verdict === 'admitted' || verdict === 'provisional') {
    return direction === 'out' ? 'let-out' : 'let-in';
  }
  return reason === null ? 'send-to-desk' : NEXT_AFTER[reason];
}

const NEXT_AFTER: Readonly<Record<Reason, NextAction>> = {
  unreadable: 'scan-again',
  forged: 'send-to-desk',
  unknown: 'send-to-desk',
  'wrong-event': 'send-to-desk',
  cancelled: 'send-to-desk',
  unpaid: 'send-to-desk',
  'not-activated': 'send-to-desk',
  revoked: 'send-to-desk',
  blocked: 'send-to-desk',
  held: 'ask-to-wait',
  'too-early': 'ask-to-come-back',
  'too-late': 'turn-away',
  'wrong-gate': 'send-to-gate',
  'already-inside': 'send-to-desk',
  'already-used': 'send-to-desk',
  'too-soon': 'ask-to-come-back',
  'stale-code': 'refresh-code',
  'cannot-verify': 'send-to-desk',
  annulled: 'scan-again',
  'check-id': 'check-holder',
  'check-age': 'check-holder',
  'check-companion': 'check-holder',
  'check-height': 'check-holder',
  'check-dispute': 'check-holder',
  'check-seat': 'check-holder',
};

export type Direction = 'in' | 'out';
