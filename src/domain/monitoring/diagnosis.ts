// One sentence about one ticket, the same for the help desk, the steward and the holder: what has become
// of it and, where something can be done, what. Written in both languages as originals.
import type { Crossed } from '#domain/entry/crossings.ts';
import { insideOf } from '#domain/entry/crossings.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Reason } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { EventStatus, Localized } from '#domain/venue/match-event.ts';

/** What an agent may do about it with one press; null: nothing, or nothing that helps. */
export type Mend = 'unblock' | 'reissue' | 'settle' | 'lift-hold' | null;

export type Diagnosis = { readonly key: string; readonly text: Localized; readonly mend: Mend };

export type LastRefusal = {
  readonly reason: Reason | null;
  readonly gate: string;
  readonly at: Instant;
};

export type TicketFacts = {
  readonly ticket: Ticket;
  readonly admits: number;
  readonly crossed: Crossed;
  /** Its latest scan, if that let nobody in. */
  readonly lastRefusal: LastRefusal | null;
  /** Where this ticket may enter; null: anywhere. */
  readonly gates: readonly string[] | null;
  /** A stop on the way that this ticket would take now. */
  readonly isHeld: boolean;
  readonly status: EventStatus;
  readonly opensAt: Instant;
  readonly closesAt: Instant;
  readonly now: Instant;
};

export type Naming = {
  readonly gate: (id: string) => Localized;
  /** The clock on the ground's wall. */
  readonly clock: (at: Instant) => string;
};

/** The first that applies, in the order in which it would have to be mended. */
export function diagnose(facts: TicketFacts, naming: Naming): Diagnosis {
  return (
    ofConflict(facts, naming) ??
    ofStanding(facts) ??
    ofCrossings(facts, naming) ??
    ofRefusal(facts, naming) ??
    ofMoment(facts, naming)
  );
}

function ofConflict({ crossed }: TicketFacts, { gate, clock }: Naming): Diagnosis | null {
  const conflict = crossed.conflicts.at(-1);
  if (conflict === undefined) return null;
  const { holder, intruder } = conflict;
  const at = (passage: typeof holder, language: keyof Localized) =>
    `${gate(passage.gate)[language]} ${clock(passage.at)}`;
  return say(
    'conflict',
    `两次入场用了同一张票：${at(holder, 'zh-CN')} 与 ${at(intruder, 'zh-CN')}，需现场核对座位。`,
    `Two people came in on this ticket: ${at(holder, 'en')} and ${at(intruder, 'en')}. Check the seat.`,
    'settle',
  );
}

function ofStanding({ ticket }: TicketFacts): Diagnosis | null {
  if (ticket.status === 'cancelled') {
    return say(
      'cancelled',
      '订单已取消，本票无效。',
      'The order was cancelled: this ticket is void.',
    );
  }
  if (ticket.status === 'unpaid') {
    return say(
      'unpaid',
      '订单未付款，付款后即可入场。',
      'The order is not paid; once it is, the ticket is good.',
    );
  }
  if (ticket.status === 'not-activated') {
    return say(
      'not-activated',
      '预留票尚未售出，不能入场。',
      'This allotment has not been sold, so it admits nobody.',
    );
  }
  if (!ticket.isBlocked) return null;
  return say(
    'blocked',
    '本票已冻结，查明原因后可解冻。',
    'This ticket is blocked. Find out why, then unblock it.',
    'unblock',
  );
}

function ofCrossings(facts: TicketFacts, { gate, clock }: Naming): Diagnosis | null {
  const { crossed, admits } = facts;
  const inside = insideOf(crossed);
  const last = crossed.slots.reduce<Crossed['slots'][number] | null>(
    (latest, slot) => (latest === null || slot.entered.at > latest.entered.at ? slot : latest),
    null,
  );
  if (last === null) return null;
  const where = gate(last.entered.gate);
  const at = clock(last.entered.at);
  if (admits > 1 && inside < admits) {
    return say(
      'partly-inside',
      `可入 ${admits} 人，现在场内 ${inside} 人，最近一次 ${at} ${where['zh-CN']}。`,
      `Admits ${admits}; ${inside} inside now, the latest at ${at} by ${where.en}.`,
    );
  }
  if (inside > 0) {
    return say(
      'inside',
      `在场内：${at} 从${where['zh-CN']}入场。`,
      `Inside since ${at}, through ${where.en}.`,
    );
  }
  const left = last.leftAt === null ? null : clock(last.leftAt);
  return say(
    'left',
    `${at} 从${where['zh-CN']}入场${left === null ? '' : `，${left} 离场`}。`,
    `Came in at ${at} through ${where.en}${left === null ? '' : ` and left at ${left}`}.`,
  );
}

function ofRefusal({ lastRefusal, ticket, gates }: TicketFacts, naming: Naming): Diagnosis | null {
  if (lastRefusal === null) return null;
  const { reason, gate: id } = lastRefusal;
  const at = naming.clock(lastRefusal.at);
  const here = naming.gate(id);
  if (reason === 'revoked') {
    return say(
      'old-code',
      `${at} 在${here['zh-CN']}出示的是旧票码，现行票码为第 ${ticket.issue + 1} 版：请出示新码，或重新打印。`,
      `An old code was shown at ${here.en} at ${at}; issue ${ticket.issue + 1} is in force. Show the new one or print it again.`,
      'reissue',
    );
  }
  if (reason === 'wrong-gate') {
    const right = (gates ?? []).map(naming.gate);
    return say(
      'wrong-gate',
      `${at} 走到了${here['zh-CN']}，应走${right.map((each) => each['zh-CN']).join('、')}。`,
      `Came to ${here.en} at ${at}; the right way is ${right.map((each) => each.en).join(' or ')}.`,
    );
  }
  if (reason === 'annulled') {
    return say(
      'annulled',
      `${at} 在${here['zh-CN']}的放行已撤回，可再次扫码。`,
      `The admission at ${here.en} at ${at} was taken back; it can be scanned again.`,
    );
  }
  return null;
}

function ofMoment(facts: TicketFacts, { gate, clock }: Naming): Diagnosis {
  const { status, now, opensAt, closesAt, isHeld } = facts;
  const gates = (facts.gates ?? []).map(gate);
  const zh = gates.length === 0 ? '任一入口' : gates.map((each) => each['zh-CN']).join('、');
  const en = gates.length === 0 ? 'any gate' : gates.map((each) => each.en).join(' or ');
  if (status === 'closed' || status === 'archived' || now >= closesAt) {
    return say(
      'too-late',
      '本场已停止入场，此票未曾入场。',
      'Entry is over, and this ticket never came in.',
    );
  }
  if (status === 'draft' || now < opensAt) {
    return say(
      'too-early',
      `票有效，${clock(opensAt)} 起可从${zh}入场。`,
      `Good from ${clock(opensAt)}, by ${en}.`,
    );
  }
  if (isHeld) {
    return say(
      'held',
      `票有效，但${zh}现已暂停入场。`,
      `Good, but entry by ${en} is on hold just now.`,
      'lift-hold',
    );
  }
  return say(
    'good',
    `票有效，尚未入场，请走${zh}。`,
    `Good and not used yet; the way in is ${en}.`,
  );
}

function say(key: string, zh: string, en: string, mend: Mend = null): Diagnosis {
  return { key, text: { 'zh-CN': zh, en }, mend };
}
