// The file that describes a match: `kaimen event import FILE.json`, `PUT /events/{id}`.
import { z } from 'zod';
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
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import { type EntryRules, type MatchEvent, REFERRALS } from '#domain/venue/match-event.ts';
import { crossCheck, ONE_CHECKPOINT } from './event-file-checks.ts';
import { id, idOf, limit, localized, time } from './primitives.ts';

const eventId = idOf<EventId>();
const checkpointId = idOf<CheckpointId>();
const gateId = idOf<GateId>();
const laneId = idOf<LaneId>();
const sectionId = idOf<SectionId>();
const standId = idOf<StandId>();
const typeId = idOf<TicketTypeId>();
const zoneId = idOf<ZoneId>();
const minutes = z
  .int()
  .min(0)
  .max(7 * 24 * 60);

const entryRules = z.strictObject({
  reentry: z.enum(['not-allowed', 'after-exit', 'always']).optional(),
  toleranceMinutes: minutes.optional(),
  offline: z.enum(['open', 'limited', 'strict']).optional(),
  offlineMax: limit.optional(),
  admits: z.int().min(1).max(99).optional(),
  minutesBetween: minutes.optional(),
  earliestAt: time.optional(),
  latestAt: time.optional(),
  gates: z.array(gateId).min(1).optional(),
  zones: z.array(zoneId).min(1).optional(),
  laneKinds: z
    .array(z.enum(['standard', 'fast', 'accessible', 'staff']))
    .min(1)
    .optional(),
  referral: z.enum(REFERRALS).optional(),
});

export const eventFile = z
  .strictObject({
    id: eventId,
    name: localized,
    venue: z.strictObject({
      id,
      name: localized,
      timeZone: z.string().refine(isTimeZone, 'write an IANA time zone, such as Asia/Shanghai'),
      limit: limit.nullable().optional(),
    }),
    doorsAt: time,
    startsAt: time,
    endsAt: time,
    entry: entryRules.optional(),
    checkpoints: z
      .array(z.strictObject({ id: checkpointId, name: localized }))
      .min(1)
      .max(16)
      .optional(),
    zones: z.array(zoneId).max(1000),
    stands: z
      .array(
        z.strictObject({
          id: standId,
          name: localized.optional(),
          limit: limit.nullable().optional(),
        }),
      )
      .max(100)
      .optional(),
    gates: z
      .array(
        z.strictObject({
          id: gateId,
          zone: zoneId,
          checkpoint: checkpointId.optional(),
          name: localized,
          lanes: z
            .array(
              z.strictObject({
                id: laneId,
                kind: z.enum(['standard', 'fast', 'accessible', 'staff']).optional(),
              }),
            )
            .max(200),
        }),
      )
      .min(1)
      .max(500),
    sections: z
      .array(
        z.strictObject({
          id: sectionId,
          stand: standId,
          zone: zoneId,
          gates: z.array(gateId),
          limit: limit.nullable().optional(),
        }),
      )
      .max(2000),
    ticketTypes: z
      .array(
        z.strictObject({
          id: typeId,
          name: localized,
          attention: id.optional(),
          entry: entryRules.optional(),
        }),
      )
      .min(1)
      .max(200),
  })
  .superRefine(crossCheck);
export type EventFile = z.infer<typeof eventFile>;

const DEFAULT_ENTRY: EntryRules = {
  reentry: 'not-allowed',
  toleranceMinutes: 0,
  offline: 'open',
  offlineMax: 0,
  admits: 1,
  minutesBetween: 0,
  earliestAt: null,
  latestAt: null,
  gates: null,
  zones: null,
  laneKinds: null,
  referral: null,
};

/** Fills in what the file may leave out. The file has been parsed, so every reference holds. */
export function matchEventOf(file: EventFile): MatchEvent {
  const checkpoints = file.checkpoints ?? ONE_CHECKPOINT;
  const outermost = (checkpoints[0] ?? ONE_CHECKPOINT[0]).id;
  const listed = new Map((file.stands ?? []).map((stand) => [stand.id, stand]));
  const standIds = new Set([...listed.keys(), ...file.sections.map((section) => section.stand)]);
  return {
    id: file.id,
    name: file.name,
    venue: { ...file.venue, limit: file.venue.limit ?? null },
    doorsAt: instant(file.doorsAt),
    startsAt: instant(file.startsAt),
    endsAt: instant(file.endsAt),
    entry: { ...DEFAULT_ENTRY, ...rulesOf(file.entry) },
    checkpoints,
    zones: file.zones,
    stands: [...standIds].map((standId) => ({
      id: standId,
      name: listed.get(standId)?.name ?? { 'zh-CN': standId, en: standId },
      limit: listed.get(standId)?.limit ?? null,
    })),
    gates: file.gates.map((gate) => ({
      ...gate,
      checkpoint: gate.checkpoint ?? outermost,
      lanes: gate.lanes.map((lane) => ({ id: lane.id, kind: lane.kind ?? 'standard' })),
    })),
    sections: file.sections.map((section) => ({ ...section, limit: section.limit ?? null })),
    ticketTypes: file.ticketTypes.map((type) => ({
      id: type.id,
      name: type.name,
      attention: type.attention ?? null,
      entry: rulesOf(type.entry),
    })),
  };
}

function rulesOf(rules: z.infer<typeof entryRules> | undefined): Partial<EntryRules> {
  if (rules === undefined) return {};
  const { earliestAt, latestAt, ...rest } = rules;
  return {
    ...withoutUndefined(rest),
    ...(earliestAt === undefined ? {} : { earliestAt: instant(earliestAt) }),
    ...(latestAt === undefined ? {} : { latestAt: instant(latestAt) }),
  };
}

/** A key left out and a key set to undefined are the same to zod; to the rules only the first exists. */
function withoutUndefined<T extends object>(
  rules: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function instant(text: string): Instant {
  return parseInstant(text) as Instant;
}

/** Finding out takes milliseconds, and every lane reads its match anew whenever its stream comes back. */
const knownZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  knownZones.add(name);
  return true;
}
