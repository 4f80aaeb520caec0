// Facts turned into things that need somebody.
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import type { AttentionItem, AttentionKind } from '#domain/monitoring/attention.ts';
import type { GateOverview, LaneOverview } from '#protocol/overview.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import type { AlarmFact, CallFact } from './facts.ts';

const SKEW_MAX_MS = 30_000;
const BATTERY_LOW = 0.2;
const UNSYNCED_TOO_LONG_MS = 2 * MINUTE_MS;
const MISS_SHARE = 0.02;
const NEAR_SHARE = 0.95;
const ENDS_SOON_MS = 10 * MINUTE_MS;
/** From so long before doors a lane that is not there is somebody's business. */
const READY_BEFORE_DOORS_MS = 60 * MINUTE_MS;

export type AttentionFacts = {
  readonly gates: readonly GateOverview[];
  readonly calls: readonly CallFact[];
  readonly alarms: readonly AlarmFact[];
  readonly conflicts: { readonly n: number; readonly since: number | null };
  readonly insideByScope: ReadonlyMap<string, number>;
  readonly limits: ReadonlyMap<string, number>;
  readonly storeSince: number | null;
  readonly evacuation: { readonly id: string; readonly startedAt: number } | null;
  /** As they were announced a day before doors; null: not yet. */
  readonly risks: { readonly n: number; readonly at: number } | null;
  readonly doorsAt: number;
  readonly startsAt: number;
  readonly now: number;
};

export function attentionItems(event: OpenEvent, facts: AttentionFacts): AttentionItem[] {
  return [
    ...evacuationItem(facts),
    ...facts.calls.map((call) =>
      item(`call-${call.kind}` as AttentionKind, call.at, { ...call, subject: call.key }),
    ),
    ...facts.alarms.map((alarm) =>
      item(alarm.kind as AttentionKind, alarm.at, { key: alarm.id, subject: alarm.device }),
    ),
    ...(facts.storeSince === null
      ? []
      : [item('store-behind', facts.storeSince, { key: 'store' })]),
    ...facts.gates.flatMap((gate) => gateItems(event, gate, facts)),
    ...limitItems(facts),
    ...conflictItems(facts),
    ...riskItem(facts),
    ...diversionItems(event, facts),
  ];
}

function evacuationItem({ evacuation }: AttentionFacts): AttentionItem[] {
  if (evacuation === null) return [];
  const { id, startedAt } = evacuation;
  return [item('evacuation', startedAt, { key: id, subject: id })];
}

function gateItems(
  event: OpenEvent,
  gate: GateOverview,
  { now, doorsAt }: AttentionFacts,
): AttentionItem[] {
  const at = (kind: AttentionKind, since: number, figure: number | null = null) =>
    item(kind, since, { key: gate.gate, gate: gate.gate, figure });
  const lastScanAt = latest(gate.lanes.map((lane) => lane.lastScanAt)) ?? now;
  const isOpen = event.status === 'open' && now >= doorsAt;
  const items: AttentionItem[] = [];
  if (isOpen && gate.state === 'down') items.push(at('gate-down', lastScanAt));
  if (isOpen && gate.state === 'quiet') items.push(at('gate-quiet', lastScanAt));
  if (isOpen && gate.state === 'slow') items.push(at('gate-slow', lastScanAt, gate.perMinute));
  if (isOpen && gate.missShare > MISS_SHARE) {
    items.push(at('will-miss', now, Math.round(gate.missShare * 100)));
  }
  const isSoon =
    event.status !== 'closed' && now >= doorsAt - READY_BEFORE_DOORS_MS && now < doorsAt;
  const missing = gate.lanes.filter((lane) => !lane.isHeard).length;
  if (isSoon && missing > 0) items.push(at('not-ready', doorsAt, missing));
  return [...items, ...gate.lanes.flatMap((lane) => laneItems(gate, lane, isOpen, now))];
}

function laneItems(
  gate: GateOverview,
  lane: LaneOverview,
  isOpen: boolean,
  now: number,
): AttentionItem[] {
  if (lane.deviceId === null) return [];
  const at = (kind: AttentionKind, since: number, figure: number | null = null) =>
    item(kind, since, {
      key: lane.deviceId ?? '',
      gate: gate.gate,
      lane: lane.lane,
      subject: lane.deviceId,
      figure,
    });
  const seenAt = lane.seenAt === null ? now : Date.parse(lane.seenAt);
  const items: AttentionItem[] = [];
  // A gate that is down as a whole says so once, not for each of its lanes.
  if (isOpen && !lane.isHeard && lane.seenAt !== null && gate.state !== 'down') {
    items.push(at('lane-silent', seenAt, Math.round((now - seenAt) / MINUTE_MS)));
  }
  if (!lane.isHeard) return items;
  const oldest = lane.oldestUnsyncedAt === null ? now : Date.parse(lane.oldestUnsyncedAt);
  if (now - oldest > UNSYNCED_TOO_LONG_MS) items.push(at('unsynced', oldest, lane.unsynced));
  else if (lane.rung === 'provisional' || lane.rung === 'open' || lane.rung === 'visual') {
    items.push(at('lane-alone', seenAt));
  }
  if (Math.abs(lane.clockSkewMs ?? 0) > SKEW_MAX_MS) {
    items.push(at('clock-wrong', seenAt, Math.round((lane.clockSkewMs ?? 0) / 1_000)));
  }
  if ((lane.battery ?? 1) < BATTERY_LOW) {
    items.push(at('battery-low', seenAt, Math.round((lane.battery ?? 0) * 100)));
  }
  return items;
}

function limitItems({ insideByScope, limits, now }: AttentionFacts): AttentionItem[] {
  return [...limits].flatMap(([scope, limit]) => {
    const inside = insideByScope.get(scope) ?? 0;
    if (limit === 0 || inside < NEAR_SHARE * limit) return [];
    const kind = inside >= limit ? 'limit-reached' : 'limit-near';
    return [item(kind, now, { key: scope, subject: scope, figure: limit - inside })];
  });
}

function conflictItems({ conflicts, now }: AttentionFacts): AttentionItem[] {
  if (conflicts.n === 0) return [];
  return [item('conflicts', conflicts.since ?? now, { key: 'all', figure: conflicts.n })];
}

/** Until kick-off: then there is nothing left to be arranged. */
function riskItem({ risks, startsAt, now }: AttentionFacts): AttentionItem[] {
  if (risks === null || risks.n === 0 || now >= startsAt) return [];
  return [item('entry-risks', risks.at, { key: 'all', figure: risks.n })];
}

function diversionItems(event: OpenEvent, { now }: AttentionFacts): AttentionItem[] {
  return event.controls.diversions
    .filter(({ until }) => until > now && until - now < ENDS_SOON_MS)
    .map(({ id, until, gates }) =>
      item('diversion-ends', until, {
        key: id,
        subject: id,
        gate: gates[0] ?? null,
        figure: Math.ceil((until - now) / MINUTE_MS),
      }),
    );
}

function item(
  kind: AttentionKind,
  since: number,
  about: {
    readonly key: string;
    readonly gate?: string | null;
    readonly lane?: string | null;
    readonly subject?: string | null;
    readonly figure?: number | null;
  },
): AttentionItem {
  const { key, gate = null, lane = null, subject = null, figure = null } = about;
  return { key: `${kind}/${key}`, kind, gate, lane, subject, since: since as Instant, figure };
}

function latest(times: readonly (string | null)[]): number | null {
  const known = times.flatMap((time) => (time === null ? [] : [Date.parse(time)]));
  return known.length === 0 ? null : Math.max(...known);
}
