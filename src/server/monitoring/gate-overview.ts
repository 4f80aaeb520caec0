// One gate and its lanes, as the control room sees them.
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import { type GatePulse, gateState } from '#domain/monitoring/gate-state.ts';
import { type GateFlow, lanePace } from '#domain/monitoring/lane-pace.ts';
import {
  capacityOf,
  forecastQueue,
  type GateCrowd,
  searchPerMinute,
  tempoOf,
} from '#domain/monitoring/queue.ts';
import type { Gate } from '#domain/venue/match-event.ts';
import type { GateOverview, LaneOverview } from '#protocol/overview.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { iso } from '#server/platform/clock.ts';
import type { Crowd, DeviceFact, Search } from './facts.ts';
import type { FlowCounter, Tally } from './flow-counter.ts';

/** Devices say something every ten seconds; after this long without a word they are taken to be gone. */
const HEARD_WITHIN_MS = 45_000;
const SERIES_MINUTES = 30;
const ALONE = new Set(['provisional', 'visual', 'open']);

export type GateFacts = {
  readonly flow: FlowCounter;
  readonly devices: readonly DeviceFact[];
  readonly searches: ReadonlyMap<string, Search>;
  readonly crowd: Crowd;
  readonly now: number;
  /** Kick-off as it is now. */
  readonly startsAt: number;
};

export function gateOverviews(event: OpenEvent, facts: GateFacts): GateOverview[] {
  const { gates } = event.ground.event;
  const byGate = Map.groupBy(facts.flow.tallies, ({ gate }) => gate);
  const lanes = new Map(
    gates.map((gate) => [gate.id as string, laneOverviews(gate, byGate.get(gate.id) ?? [], facts)]),
  );
  const pulses = new Map(
    gates.map((gate) => [gate.id as string, pulseOf(event, gate, lanes.get(gate.id) ?? [], facts)]),
  );
  const flows = gates.map((gate) => {
    const at = { gate, lanes: lanes.get(gate.id) ?? [], tallies: byGate.get(gate.id) ?? [] };
    return flowOf(at, facts);
  });
  const pace = lanePace(flows);
  const crowds = new Map(
    gates.map((gate, index) => {
      const flow = flows[index] as GateFlow;
      return [gate.id as string, crowdOf(event, gate, flow, { ...facts, pace })];
    }),
  );
  const toKickOff = (facts.startsAt - facts.now) / MINUTE_MS;
  const tempo = tempoOf([...crowds.values()], toKickOff);
  return gates.map((gate) => {
    const pulse = pulses.get(gate.id) as GatePulse;
    const siblings = [...pulses].flatMap(([id, each]) => (id === gate.id ? [] : [each]));
    const crowd = crowds.get(gate.id) as GateCrowd;
    return {
      ...countsOf(byGate.get(gate.id) ?? []),
      ...ratesOf(gate.id, facts),
      ...forecastQueue(crowd, toKickOff, tempo),
      gate: gate.id,
      name: gate.name,
      zone: gate.zone,
      checkpoint: gate.checkpoint,
      stand: standOf(event, gate),
      state: gateState(pulse, siblings),
      capacityPerMinute: crowd.capacityPerMinute,
      scanPerMinute: capacityOf(workingLanes(gate, lanes.get(gate.id) ?? []), null, pace),
      searchPerMinute: searchedAt(gate.id, facts),
      expected: Math.round(crowd.expected),
      lanes: lanes.get(gate.id) ?? [],
    };
  });
}

function countsOf(tallies: readonly Tally[]) {
  const refused: Record<string, number> = {};
  const counts = { admitted: 0, left: 0, provisional: 0 };
  for (const { verdict, reason, direction, n } of tallies) {
    if (verdict === 'refused') {
      const key = reason ?? 'cannot-verify';
      refused[key] = (refused[key] ?? 0) + n;
    } else if (verdict !== 'referred') {
      if (direction === 'out') counts.left += n;
      else counts.admitted += n;
      if (verdict === 'provisional') counts.provisional += n;
    }
  }
  return { ...counts, refused };
}

function ratesOf(gate: string, { flow, now }: GateFacts) {
  const perMinute = flow.entered(now, MINUTE_MS, { gate });
  const from = now - (SERIES_MINUTES - 1) * MINUTE_MS;
  return {
    perMinute,
    change: perMinute - flow.entered(now, MINUTE_MS, { gate }, MINUTE_MS),
    minutes: flow.series(gate, from, now).map(({ entered }) => entered),
  };
}

function pulseOf(
  event: OpenEvent,
  gate: Gate,
  lanes: readonly LaneOverview[],
  { flow, now }: GateFacts,
): GatePulse {
  const holds = event.controls.holds.filter(
    ({ scope }) => scope === `gate/${gate.id}` || scope === 'ground',
  );
  const enrolled = lanes.filter((lane) => lane.deviceId !== null);
  const heard = enrolled.filter((lane) => lane.isHeard);
  return {
    isHeld: holds.some(({ kind }) => kind === 'stop'),
    isMetered: holds.some(({ kind }) => kind === 'meter'),
    lanes: enrolled.length,
    lanesHeard: heard.length,
    lanesAlone: heard.filter((lane) => lane.rung !== null && ALONE.has(lane.rung)).length,
    lastTwo: flow.entered(now, 2 * MINUTE_MS, { gate: gate.id }),
    tenBefore: flow.entered(now, 10 * MINUTE_MS, { gate: gate.id }, 2 * MINUTE_MS),
  };
}

/** What its lanes let in lately and before, from which their pace is learnt. */
function flowOf(
  at: {
    readonly gate: Gate;
    readonly lanes: readonly LaneOverview[];
    readonly tallies: readonly Tally[];
  },
  { flow, now }: GateFacts,
): GateFlow {
  const minutes = flow.series(at.gate.id, now - (SERIES_MINUTES - 1) * MINUTE_MS, now);
  return {
    lanes: workingLanes(at.gate, at.lanes),
    passed: countsOf(at.tallies).admitted,
    // The last one has not ended.
    minutes: minutes.slice(0, -1).map(({ entered }) => entered),
  };
}

function crowdOf(
  event: OpenEvent,
  gate: Gate,
  flow: GateFlow,
  facts: GateFacts & { readonly pace: number },
): GateCrowd {
  const holds = event.controls.holds.filter(
    ({ scope }) => scope === `gate/${gate.id}` || scope === 'ground',
  );
  const isStopped = holds.some(({ kind }) => kind === 'stop') || event.status !== 'open';
  const meters = holds.flatMap((hold) => (hold.kind === 'meter' ? [hold.perMinute ?? 0] : []));
  const capacity = capacityOf(flow.lanes, searchedAt(gate.id, facts), facts.pace);
  return {
    expected: facts.crowd.expected.get(gate.id) ?? 0,
    passed: flow.passed,
    perMinute: facts.flow.entered(facts.now, 5 * MINUTE_MS, { gate: gate.id }) / 5,
    capacityPerMinute: isStopped ? 0 : Math.min(capacity, ...meters),
  };
}

/** Lanes that are heard of; before any device is enrolled, those of the event file. */
function workingLanes(gate: Gate, lanes: readonly LaneOverview[]): number {
  const enrolled = lanes.filter((lane) => lane.deviceId !== null);
  return enrolled.length === 0 ? gate.lanes.length : enrolled.filter((lane) => lane.isHeard).length;
}

function searchedAt(gate: string, { searches }: GateFacts): number | null {
  const search = searches.get(gate);
  return search === undefined ? null : searchPerMinute(search.searchers, search.secondsEach);
}

/** The stand that most of the sections behind the gate belong to. */
function standOf(event: OpenEvent, gate: Gate): string | null {
  const sections = event.ground.event.sections.filter(
    (section) => section.gates.includes(gate.id) || section.zone === gate.zone,
  );
  const direct = sections.filter((section) => section.gates.includes(gate.id));
  return (direct[0] ?? sections[0])?.stand ?? null;
}

/** The lanes of the file in their order, then phones that belong to none of them. */
function laneOverviews(gate: Gate, tallies: readonly Tally[], facts: GateFacts): LaneOverview[] {
  const here = facts.devices.filter((device) => device.gate === gate.id);
  const byDevice = Map.groupBy(tallies, ({ device }) => device);
  const used = new Set<string>();
  const planned = gate.lanes.map((lane) => {
    // The latest enrolled stands there now.
    const device = here.find((each) => each.lane === lane.id) ?? null;
    if (device !== null) used.add(device.id);
    const tallied = device === null ? [] : (byDevice.get(device.id) ?? []);
    return laneOverview({ lane: lane.id, kind: lane.kind, device, tallied }, facts);
  });
  const others = here.filter((device) => !used.has(device.id));
  return [
    ...planned,
    ...others.map((device) => {
      const tallied = byDevice.get(device.id) ?? [];
      return laneOverview({ lane: device.lane, kind: null, device, tallied }, facts);
    }),
  ];
}

function laneOverview(
  at: {
    readonly lane: string | null;
    readonly kind: string | null;
    readonly device: DeviceFact | null;
    readonly tallied: readonly Tally[];
  },
  { flow, now }: GateFacts,
): LaneOverview {
  const { lane, kind, device, tallied } = at;
  const latest = tallied.reduce<Tally | null>(
    (last, each) => (last === null || each.lastAt > last.lastAt ? each : last),
    null,
  );
  const counts = countsOf(tallied);
  const status = device?.status ?? null;
  // Whoever scans is there, also before the next note of when it was last heard of.
  const heardAt = Math.max(device?.seenAt ?? 0, device === null ? 0 : (latest?.lastAt ?? 0));
  const seenAt = heardAt === 0 ? null : heardAt;
  return {
    lane,
    kind,
    deviceId: device?.id ?? null,
    isTemporary: kind === null,
    isHeard: seenAt !== null && now - seenAt < HEARD_WITHIN_MS,
    seenAt: seenAt === null ? null : iso(seenAt),
    lastScanAt: latest === null ? null : iso(latest.lastAt),
    rung: status?.rung ?? latest?.rung ?? null,
    admitted: counts.admitted,
    refused: Object.values(counts.refused).reduce((sum, n) => sum + n, 0),
    perMinute: device === null ? 0 : flow.entered(now, MINUTE_MS, { device: device.id }),
    unsynced: status?.unsynced ?? null,
    oldestUnsyncedAt: status?.oldestUnsyncedAt ?? null,
    clockSkewMs: status?.clockSkewMs ?? null,
    battery: status?.battery?.level ?? null,
  };
}
