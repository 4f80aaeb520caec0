// One answer as a lane shows it, whoever decided: the server's words, plus what only the lane knows.
import type { Decision } from '#domain/entry/decide-scan.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Rung } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import type { ScanAnswer, TicketShown } from '#protocol/scans.ts';
import { isoTime } from './lane-clock.ts';

export type LaneAnswer = Omit<ScanAnswer, 'storeEpoch' | 'revision' | 'mark'> & {
  /** Of the store that decided; null when the lane did. */
  readonly storeEpoch: string | null;
  readonly revision: number | null;
  /** Of the ticket list that a lane without an answer relied on. */
  readonly listAsOf: string | null;
};

export function answerAbove(answer: ScanAnswer): LaneAnswer {
  const { mark: _, ...shown } = answer;
  return { ...shown, listAsOf: null };
}

export function answerHere(
  scanId: string,
  decision: Decision,
  rung: Rung,
  decided: {
    readonly at: Instant;
    readonly ground: Ground | null;
    readonly listAsOf: Instant | null;
  },
): LaneAnswer {
  const { first } = decision;
  return {
    scanId,
    verdict: decision.verdict,
    reason: decision.reason,
    rung,
    ticket: decision.ticket === null ? null : ticketShown(decision.ticket, decided.ground),
    first: first === null ? null : { gate: first.gate, lane: first.lane, at: isoTime(first.at) },
    gateHint: decision.gateHint === null ? null : { gates: [...decision.gateHint] },
    attention: decision.attention,
    next: decision.next,
    from: decision.from === null ? null : isoTime(decision.from),
    decidedAt: isoTime(decided.at),
    storeEpoch: null,
    revision: null,
    listAsOf: decided.listAsOf === null ? null : isoTime(decided.listAsOf),
  };
}

function ticketShown(ticket: Ticket, ground: Ground | null): TicketShown {
  return {
    ref: ticket.ref,
    type: ticket.type,
    stand: ticket.stand,
    section: ticket.section,
    row: ticket.row,
    seat: ticket.seat,
    admits: ground === null ? (ticket.admits ?? 1) : rulesFor(ground, ticket).admits,
  };
}

/** Whether somebody goes through on this answer. */
export function isThrough(answer: Pick<LaneAnswer, 'verdict'>): boolean {
  return answer.verdict === 'admitted' || answer.verdict === 'provisional';
}
