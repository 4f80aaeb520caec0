// A match and the ground it is played in, as imported: what never changes while gates are open.
// What control changes on the night is in `controls.ts`.
import type {
  CheckpointId,
  EventId,
  GateId,
  LaneId,
  SectionId,
  StandId,
  TicketTypeId,
  ZoneId,
} from '#domain/kernel/ids.ts';
import type { Instant } from '#domain/kernel/instant.ts';

/** Every text that people read exists in both languages, written as originals. */
export type Localized = { readonly 'zh-CN': string; readonly en: string };

export type LaneKind = 'standard' | 'fast' | 'accessible' | 'staff';

export type Lane = { readonly id: LaneId; readonly kind: LaneKind };

export type Gate = {
  readonly id: GateId;
  readonly zone: ZoneId;
  /** The perimeter this gate stands in; a ticket crosses each perimeter once. */
  readonly checkpoint: CheckpointId;
  readonly name: Localized;
  readonly lanes: readonly Lane[];
};

export type Section = {
  readonly id: SectionId;
  readonly stand: StandId;
  readonly zone: ZoneId;
  /** Gates from which this section is reached without crossing another. */
  readonly gates: readonly GateId[];
  /** People who may be inside at once; null: no limit of its own. */
  readonly limit: number | null;
};

export type Stand = {
  readonly id: StandId;
  readonly name: Localized;
  readonly limit: number | null;
};

export type Checkpoint = { readonly id: CheckpointId; readonly name: Localized };

/** `not-allowed`: once only · `after-exit`: an exit scan opens the next cycle · `always`: staff. */
export type Reentry = 'not-allowed' | 'after-exit' | 'always';

/** What a lane does when nobody answers: let in all it knows, up to a number, or none. */
export type OfflinePolicy = 'open' | 'limited' | 'strict';

/** Why a steward is asked to look, or to send the holder to the service desk. */
export const REFERRALS = ['id', 'age', 'companion', 'height', 'dispute'] as const;
export type Referral = (typeof REFERRALS)[number];

/** Rules as data. The event sets all of them, a ticket type any of them. */
export type EntryRules = {
  readonly reentry: Reentry;
  /** Whole minutes that the window opens early and a ticket's own window stretches, once at each end. */
  readonly toleranceMinutes: number;
  readonly offline: OfflinePolicy;
  /** Provisional admissions a lane may give per type under `limited`. */
  readonly offlineMax: number;
  /** People one ticket admits, 1–99. */
  readonly admits: number;
  /** Whole minutes between leaving and coming back. */
  readonly minutesBetween: number;
  /** Entry window relative to kick-off and final whistle of the ticket type; null: doors to end. */
  readonly earliestAt: Instant | null;
  readonly latestAt: Instant | null;
  /** Gates, zones and kinds of lane this type is confined to; null: where its section leads. */
  readonly gates: readonly GateId[] | null;
  readonly zones: readonly ZoneId[] | null;
  readonly laneKinds: readonly LaneKind[] | null;
  readonly referral: Referral | null;
};

export type TicketType = {
  readonly id: TicketTypeId;
  readonly name: Localized;
  /** A key the lane shows with the verdict: `check-age`, `assist`, … */
  readonly attention: string | null;
  readonly entry: Partial<EntryRules>;
};

export type MatchEvent = {
  readonly id: EventId;
  readonly name: Localized;
  readonly venue: {
    readonly id: string;
    readonly name: Localized;
    /** IANA name; every time shown to people is in it. */
    readonly timeZone: string;
    readonly limit: number | null;
  };
  readonly doorsAt: Instant;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly entry: EntryRules;
  readonly checkpoints: readonly Checkpoint[];
  readonly zones: readonly ZoneId[];
  readonly stands: readonly Stand[];
  readonly gates: readonly Gate[];
  readonly sections: readonly Section[];
  readonly ticketTypes: readonly TicketType[];
};

/** `draft → open → closed → archived`; claims only while open. */
export const EVENT_STATUSES = ['draft', 'open', 'closed', 'archived'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** The event's lists by id, built once: a scan looks up, it never searches. */
export type Ground = {
  readonly event: MatchEvent;
  readonly gates: ReadonlyMap<string, Gate>;
  readonly sections: ReadonlyMap<string, Section>;
  readonly types: ReadonlyMap<string, TicketType>;
  readonly scopes: readonly string[];
  readonly limits: ReadonlyMap<string, number>;
};

export function groundOf(event: MatchEvent): Ground {
  const limits = new Map<string, number>();
  if (event.venue.limit !== null) limits.set(GROUND_SCOPE, event.venue.limit);
  for (const stand of event.stands) {
    if (stand.limit !== null) limits.set(standScope(stand.id), stand.limit);
  }
  for (const section of event.sections) {
    if (section.limit !== null) limits.set(sectionScope(section.id), section.limit);
  }
  return {
    event,
    gates: byId(event.gates),
    sections: byId(event.sections),
    types: byId(event.ticketTypes),
    scopes: [
      GROUND_SCOPE,
      ...event.stands.map((stand) => standScope(stand.id)),
      ...event.sections.map((section) => sectionScope(section.id)),
      ...event.gates.map((gate) => gateScope(gate.id)),
    ],
    limits,
  };
}

/** Where a hold, a meter or a limit applies, as one word: `ground`, `stand/north`, `section/N103`, `gate/N3`. */
export const GROUND_SCOPE = 'ground';
export const standScope = (id: string): string => `stand/${id}`;
export const sectionScope = (id: string): string => `section/${id}`;
export const gateScope = (id: string): string => `gate/${id}`;

/**
 * The scopes that an admission of this section through this gate is counted in.
 *
 * @param stand - the ticket's own, for standing room that has no section; a section knows its stand
 */
export function scopesCrossed(
  ground: Ground,
  section: string | null,
  gate: string,
  stand: string | null = null,
): string[] {
  const seated = section === null ? undefined : ground.sections.get(section);
  const within = seated?.stand ?? stand;
  const scopes = [GROUND_SCOPE, gateScope(gate)];
  if (within !== null) scopes.push(standScope(within));
  if (seated !== undefined) scopes.push(sectionScope(seated.id));
  return scopes;
}

function byId<T extends { readonly id: string }>(list: readonly T[]): Map<string, T> {
  return new Map(list.map((item) => [item.id, item]));
}
