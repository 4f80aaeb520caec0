// Given, when, then for scans: a small ground with a gate for every case, a ticket to alter and the
// crossings of one evening. Times are those of the clock at the ground: '18:05', '18:05:00.001'.
import assert from 'node:assert/strict';
import type { Crossing } from '#domain/entry/crossings.ts';
import {
  type Decision,
  decideScan,
  type Finding,
  type Knowledge,
  type Scan,
} from '#domain/entry/decide-scan.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Reason, Verdict } from '#domain/entry/verdict.ts';
import type { EventId, GateId, TicketRef, ZoneId } from '#domain/kernel/ids.ts';
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { type Controls, NO_CONTROLS, type Occupancy } from '#domain/venue/controls.ts';
import {
  type EntryRules,
  type Gate,
  type Ground,
  groundOf,
  type LaneKind,
  type Localized,
  type MatchEvent,
  type Section,
  type TicketType,
} from '#domain/venue/match-event.ts';

/** A moment of the match evening, 29 November 2026 in Shanghai. */
export function at(clock: string): Instant {
  const instant = parseInstant(`2026-11-29T${clock}+08:00`);
  assert.ok(instant !== null, `${clock} is no time of day`);
  return instant;
}

/** Once only, doors 17:30 with 10 minutes' tolerance, end 21:30. */
export const RULES: EntryRules = {
  reentry: 'not-allowed',
  toleranceMinutes: 10,
  offline: 'open',
  offlineMax: 50,
  admits: 1,
  minutesBetween: 0,
  earliestAt: null,
  latestAt: null,
  gates: null,
  zones: null,
  laneKinds: null,
  referral: null,
};

/**
 * Stands north (sections N103 by gate N1, N104 by any gate of the zone: N1 or N3) and south (S101 by
 * S1). Gate N1 has a standard and an accessible lane. One ticket type for each rule that a type sets.
 */
export const MATCH: MatchEvent = {
  id: 'derby-2026-11-29' as EventId,
  name: named('Derby night'),
  venue: { id: 'riverside', name: named('Riverside'), timeZone: 'Asia/Shanghai', limit: null },
  doorsAt: at('17:30'),
  startsAt: at('19:35'),
  endsAt: at('21:30'),
  entry: RULES,
  checkpoints: [{ id: 'turnstile', name: named('Turnstile') } as MatchEvent['checkpoints'][number]],
  zones: ids<ZoneId>('north', 'south'),
  stands: ['north', 'south'].map(
    (id) => ({ id, name: named(id), limit: null }) as MatchEvent['stands'][number],
  ),
  gates: [
    gate('N1', 'north', { 'N1-1': 'standard', 'N1-2': 'accessible' }),
    gate('N3', 'north', { 'N3-1': 'standard' }),
    gate('S1', 'south', { 'S1-1': 'standard' }),
  ],
  sections: [
    section('N103', 'north', ['N1']),
    section('N104', 'north', []),
    section('S101', 'south', ['S1']),
  ],
  ticketTypes: [
    type('adult', {}),
    type('child', {}, 'check-age'),
    type('season', { reentry: 'after-exit', minutesBetween: 15 }),
    type('family', { admits: 4 }),
    type('staff', { reentry: 'always' }),
    type('hospitality', { gates: ids<GateId>('S1') }),
    type('press', { zones: ids<ZoneId>('south') }),
    type('accessible', { laneKinds: ['accessible'] }),
    type('matinee', { earliestAt: at('18:00'), latestAt: at('18:30') }),
    type('student', { referral: 'id' }),
  ],
};

export const GROUND: Ground = groundOf(MATCH);

/** An adult's ticket for N103: valid, its first code, no rule of its own. */
export function aTicket(changes: Partial<Ticket> = {}): Ticket {
  return {
    serial: 1,
    ref: 'RV-000001' as TicketRef,
    type: 'adult',
    stand: 'north',
    section: 'N103',
    row: '4',
    seat: '7',
    gates: null,
    validFrom: null,
    validUntil: null,
    admits: null,
    status: 'valid',
    isBlocked: false,
    issue: 0,
    referral: null,
    ...changes,
  };
}

export function wentIn(clock: string, changes: Partial<Crossing> = {}): Crossing {
  return crossed('in', clock, changes);
}

export function wentOut(clock: string, changes: Partial<Crossing> = {}): Crossing {
  return crossed('out', clock, changes);
}

export type Evening = {
  /** What differs from {@link aTicket}. */
  readonly ticket?: Partial<Ticket>;
  /** False: the code of an earlier issue. */
  readonly isCurrent?: boolean;
  /** Instead of a ticket: what became of a code that leads to none. */
  readonly code?: (Finding & { kind: 'none' })['reason'];
  readonly crossings?: readonly Crossing[];
  readonly controls?: Partial<Controls>;
  readonly inside?: Readonly<Record<string, number>>;
  readonly thisMinute?: Readonly<Record<string, number>>;
  readonly ground?: Ground;
};

/** What one answer comes down to: the reason, or the verdict where there is none. */
export type Word = Reason | Verdict;

export type Attempt = { readonly scan: Scan; readonly at: Instant };

export function entry(gateId: string, clock: string, changes: Partial<Scan> = {}): Attempt {
  const scan: Scan = { direction: 'in', gate: gateId, lane: null, isConfirmed: false, ...changes };
  return { scan, at: at(clock) };
}

export function exit(gateId: string, clock: string, changes: Partial<Scan> = {}): Attempt {
  return entry(gateId, clock, { direction: 'out', ...changes });
}

/** `given({ ticket: { isBlocked: true } }).when(entry('N1', '18:00')).answers('blocked')`. */
export function given(evening: Evening = {}) {
  return {
    when: (attempt: Attempt) => ({
      answers: (word: Word, details: Partial<Decision> = {}) => {
        const decision = decide(evening, attempt);
        assert.equal(decision.reason ?? decision.verdict, word);
        for (const [name, expected] of Object.entries(details)) {
          assert.deepEqual(decision[name as keyof Decision], expected, name);
        }
        return decision;
      },
    }),
  };
}

export function decide(evening: Evening, attempt: Attempt): Decision {
  return decideScan(attempt.scan, findingOf(evening), knowledgeOf(evening, attempt.at));
}

function findingOf({ code, ticket, isCurrent = true }: Evening): Finding {
  if (code !== undefined) return { kind: 'none', reason: code };
  return { kind: 'ticket', ticket: aTicket(ticket), isCurrent };
}

function knowledgeOf(evening: Evening, now: Instant): Knowledge {
  const occupancy: Occupancy = {
    inside: new Map(Object.entries(evening.inside ?? {})),
    thisMinute: new Map(Object.entries(evening.thisMinute ?? {})),
  };
  return {
    ground: evening.ground ?? GROUND,
    controls: { ...NO_CONTROLS, ...evening.controls },
    occupancy,
    crossings: evening.crossings ?? [],
    at: now,
  };
}

function crossed(direction: 'in' | 'out', clock: string, changes: Partial<Crossing>): Crossing {
  return {
    device: 'phone-1',
    scan: `${direction} ${clock}`,
    gate: 'N1',
    lane: null,
    at: at(clock),
    direction,
    isExact: true,
    annulledAt: null,
    ...changes,
  };
}

function ids<T extends string>(...names: string[]): T[] {
  return names as T[];
}

function named(text: string): Localized {
  return { 'zh-CN': text, en: text };
}

function gate(id: string, zone: string, lanes: Record<string, LaneKind>): Gate {
  const listed = Object.entries(lanes).map(([lane, kind]) => ({ id: lane, kind }));
  return { id, zone, checkpoint: 'turnstile', name: named(id), lanes: listed } as unknown as Gate;
}

function section(id: string, stand: string, gates: string[]): Section {
  return { id, stand, zone: stand, gates, limit: null } as unknown as Section;
}

function type(id: string, rules: Partial<EntryRules>, attention: string | null = null): TicketType {
  return { id, name: named(id), attention, entry: rules } as TicketType;
}
