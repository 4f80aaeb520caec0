// What a lane decides when nobody answers: by the same rules as everyone, from what it last heard,
// within what the event allows a lane to do alone.
import {
  type Decision,
  decideScan,
  type Knowledge,
  letOut,
  type Scan,
} from '#domain/entry/decide-scan.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import { nextActionOf, type Reason } from '#domain/entry/verdict.ts';
import type { LookedUp } from './look-up.ts';

/**
 * @param isListWhole - false until a list has been loaded whole: an absent ticket then means nothing
 * @param admittedAlone - provisional admissions of the ticket's type that nobody has confirmed yet
 */
export function decideAlone(
  scan: Scan,
  lookedUp: LookedUp,
  known: Knowledge,
  isListWhole: boolean,
  admittedAlone: (ticketType: string) => number,
): Decision {
  if (lookedUp.kind === 'ask') {
    if (
      known.controls.isEvacuating === true &&
      scan.direction === 'out' &&
      lookedUp.why !== 'newer-issue'
    ) {
      return { ...letOut(scan), verdict: 'provisional' };
    }
    if (lookedUp.why === 'newer-issue' && scan.direction === 'out') {
      // Of a ticket that is known, and re-issued since: nobody is kept inside for that.
      const finding = { kind: 'ticket', ticket: lookedUp.ticket, isCurrent: true } as const;
      return { ...decideScan(scan, finding, known), verdict: 'provisional' };
    }
    const isUnknown = lookedUp.why === 'not-listed' && isListWhole;
    return isUnknown
      ? decideScan(scan, { kind: 'none', reason: 'unknown' }, known)
      : cannotVerify(scan);
  }
  const decision = decideScan(scan, lookedUp.finding, known);
  if (decision.verdict !== 'admitted') return decision;
  const { ticket } = decision;
  if (ticket !== null && scan.direction === 'in' && !mayAdmit(ticket, known, admittedAlone)) {
    return cannotVerify(scan, ticket);
  }
  return { ...decision, verdict: 'provisional' };
}

/** The verdict of a lane that knows too little: the desk, which can reach somebody, settles it. */
export function cannotVerify(scan: Scan, ticket: Ticket | null = null): Decision {
  const reason: Reason = 'cannot-verify';
  return {
    verdict: 'refused',
    reason,
    ticket,
    crosses: null,
    first: null,
    gateHint: null,
    attention: null,
    next: nextActionOf('refused', reason, scan.direction),
    from: null,
  };
}

/** What a lane cannot tell where a steward judges by eye: ask to look, not to go to the desk. */
export function lookAtHolder(decision: Decision): Decision {
  return { ...decision, verdict: 'referred', next: 'check-holder' };
}

/**
 * The gate stands open because people must pass: nobody is judged, everybody is counted.
 *
 * @param isFull - as many have come in as may before the gate is looked at again
 */
export function decideAtOpenGate(scan: Scan, ticket: Ticket | null, isFull: boolean): Decision {
  const isHeld = isFull && scan.direction === 'in';
  const verdict = isHeld ? 'refused' : 'provisional';
  const reason: Reason | null = isHeld ? 'held' : null;
  const next = nextActionOf(verdict, reason, scan.direction);
  return { ...cannotVerify(scan, ticket), verdict, reason, next };
}

function mayAdmit(
  ticket: Ticket,
  known: Knowledge,
  admittedAlone: (ticketType: string) => number,
): boolean {
  const { offline, offlineMax } = rulesFor(known.ground, ticket);
  switch (offline) {
    case 'open':
      return true;
    case 'limited':
      return admittedAlone(ticket.type) < offlineMax;
    case 'strict':
      return false;
  }
}
