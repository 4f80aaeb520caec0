// A decision in the words of the protocol, and back from storage.

import type { Passage } from '#domain/entry/crossings.ts';
import type { Decision } from '#domain/entry/decide-scan.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Rung } from '#domain/entry/verdict.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import type { ScanAnswer, TicketShown } from '#protocol/scans.ts';
import { iso } from '#server/platform/clock.ts';

/** The answer less what only the commit knows: epoch and revision. */
export type UnnumberedAnswer = Omit<ScanAnswer, 'storeEpoch' | 'revision' | 'mark'>;

export function answerOf(
  scanId: string,
  decision: Decision,
  rung: Rung,
  ground: Ground,
  decidedAt: number,
): UnnumberedAnswer {
  return {
    scanId,
    verdict: decision.verdict,
    reason: decision.reason,
    rung,
    ticket: decision.ticket === null ? null : ticketShown(decision.ticket, ground),
    first: decision.first === null ? null : passageShown(decision.first),
    gateHint: decision.gateHint === null ? null : { gates: [...decision.gateHint] },
    attention: decision.attention,
    next: decision.next,
    from: decision.from === null ? null : iso(decision.from),
    decidedAt: iso(decidedAt),
  };
}

/** The JSON that goes out: the stored text, numbered. Text, so that a repeat is the same to the byte. */
export function numbered(answer: string, epoch: string, revision: number, mark: string): string {
  return `${answer.slice(0, -1)},"storeEpoch":"${epoch}","revision":${revision},"mark":"${mark}"}`;
}

/** What a scan answers once its crossing was taken back. */
export function annulledAnswer(stored: string): string {
  const answer = JSON.parse(stored) as UnnumberedAnswer;
  return JSON.stringify({
    ...answer,
    verdict: 'refused',
    reason: 'annulled',
    next: 'scan-again',
  } satisfies UnnumberedAnswer);
}

export function ticketShown(ticket: Ticket, ground: Ground): TicketShown {
  return {
    ref: ticket.ref,
    type: ticket.type,
    stand: ticket.stand,
    section: ticket.section,
    row: ticket.row,
    seat: ticket.seat,
    admits: rulesFor(ground, ticket).admits,
  };
}

function passageShown(passage: Passage): NonNullable<ScanAnswer['first']> {
  return { gate: passage.gate, lane: passage.lane, at: iso(passage.at) };
}
