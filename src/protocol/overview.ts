// What the control room looks at: `GET /events/{id}/overview`, and the same as server-sent event
// `overview` at `GET /events/{id}/overview/live`, once a second at most. No names, no codes.
import { z } from 'zod';
import { REASONS, RUNGS } from '#domain/entry/verdict.ts';
import { ATTENTION_KINDS } from '#domain/monitoring/attention.ts';
import { GATE_STATES } from '#domain/monitoring/gate-state.ts';
import { EVENT_STATUSES } from '#domain/venue/match-event.ts';
import { id, timeOut, words } from './primitives.ts';

const names = z.object({ 'zh-CN': z.string(), en: z.string() });

export const laneOverview = z.object({
  lane: z.string().nullable(),
  deviceId: z.string().nullable().describe('null: no device is enrolled for this lane'),
  kind: z.string().nullable(),
  isTemporary: z.boolean().describe('a phone that is not bound to a lane of the event file'),
  isHeard: z.boolean(),
  seenAt: timeOut.nullable(),
  lastScanAt: timeOut.nullable(),
  rung: z.enum(RUNGS).nullable(),
  admitted: z.int(),
  refused: z.int(),
  perMinute: z.int(),
  unsynced: z.int().nullable(),
  oldestUnsyncedAt: timeOut.nullable(),
  clockSkewMs: z.int().nullable(),
  battery: z.number().nullable().describe('0 to 1'),
});
export type LaneOverview = z.infer<typeof laneOverview>;

export const gateOverview = z.object({
  gate: z.string(),
  name: names,
  zone: z.string(),
  checkpoint: z.string(),
  stand: z.string().nullable().describe('where it stands on the plan'),
  state: z.enum(GATE_STATES),
  admitted: z.int(),
  left: z.int(),
  provisional: z.int(),
  refused: z.partialRecord(z.enum(REASONS), z.int()),
  perMinute: z.int().describe('entries in the last minute'),
  change: z.int().describe('against the minute before'),
  capacityPerMinute: z.number().describe('what it could let in now'),
  scanPerMinute: z.number(),
  searchPerMinute: z.number().nullable().describe('null: nobody has said how it searches'),
  expected: z.int().describe('people whose tickets lead here'),
  queue: z.int().describe('estimated people outside'),
  clearMinutes: z.int().nullable(),
  missShare: z.number().describe('estimated share that will stand outside at kick-off'),
  minutes: z.array(z.int()).describe('entries of each of the last thirty minutes, oldest first'),
  lanes: z.array(laneOverview),
});
export type GateOverview = z.infer<typeof gateOverview>;

export const attentionItem = z.object({
  key: z.string(),
  kind: z.enum(ATTENTION_KINDS),
  urgency: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  gate: z.string().nullable(),
  lane: z.string().nullable(),
  subject: z.string().nullable(),
  since: timeOut,
  figure: z.number().nullable(),
  taken: z.object({ by: z.string(), until: timeOut }).nullable(),
});
export type AttentionView = z.infer<typeof attentionItem>;

export const evacuationView = z.object({
  id: z.string(),
  isDrill: z.boolean(),
  reason: z.string(),
  startedAt: timeOut,
  endedAt: timeOut.nullable(),
  insideAtStart: z.record(z.string(), z.int()),
  cleared: z.record(z.string(), timeOut).describe('stands reported empty, and when'),
  readmittedAs: z.int().nullable(),
});
export type EvacuationView = z.infer<typeof evacuationView>;

export const overview = z.object({
  at: timeOut,
  event: z.object({
    id: z.string(),
    name: names,
    status: z.enum(EVENT_STATUSES),
    timeZone: z.string(),
    doorsAt: timeOut,
    startsAt: timeOut,
    endsAt: timeOut,
    areTimesMoved: z.boolean(),
    entryEpoch: z.int(),
    stands: z.array(z.object({ id: z.string(), name: names })),
  }),
  totals: z.object({
    sold: z.int().describe('people whom valid tickets admit'),
    admitted: z.int(),
    left: z.int(),
    provisional: z.int(),
    refused: z.int(),
    perMinute: z.int(),
    change: z.int(),
    queue: z.int(),
    missShare: z.number(),
    openConflicts: z.int(),
  }),
  inside: z.object({
    low: z.int().describe('the same as high unless an evacuation is under way'),
    high: z.int(),
    byScope: z.record(z.string(), z.int()),
    limits: z.record(z.string(), z.int()),
  }),
  series: z.object({
    from: timeOut.describe('start of the first minute'),
    entered: z.array(z.int()),
    refused: z.array(z.int()),
  }),
  gates: z.array(gateOverview),
  attention: z.array(attentionItem),
  evacuation: evacuationView.nullable().describe('the one under way, or the last one of today'),
});
export type Overview = z.infer<typeof overview>;

export const searchRequest = z.strictObject({
  searchers: z.int().min(0).max(200),
  secondsEach: z.int().min(1).max(600).describe('how long one search takes'),
});

export const takeRequest = z.strictObject({
  key: words(200).min(1),
  minutes: z.int().min(1).max(60).describe('after that it asks for somebody again'),
  note: words(200).optional(),
});

/** `POST /events/{id}/evacuation`. A drill holds no gate and lets nobody back in. */
export const evacuationRequest = z.strictObject({
  isDrill: z.boolean(),
  reason: words(200).min(1),
});

export const evacuationEnd = z.strictObject({
  readmit: z.boolean().describe('open a new entry epoch: whoever was inside may enter once more'),
  secondPerson: words(200).optional().describe('token of a second person, to let people back in'),
  reason: words(200).min(1),
});

export const gateParams = z.object({ id, gate: id });
