// The overview of one event, reckoned at most once a second however many look at it.
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import { rankAttention } from '#domain/monitoring/attention.ts';
import type { GateOverview, Overview } from '#protocol/overview.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { iso } from '#server/platform/clock.ts';
import type { ServerContext } from '#server/server-context.ts';
import { announcedRisks } from './announce-risks.ts';
import { attentionItems } from './attention-items.ts';
import { evacuationView, insideRange, readEvacuation } from './evacuation.ts';
import {
  type Crowd,
  readCrowd,
  readDevices,
  readOpenAlarms,
  readOpenCalls,
  readOpenConflicts,
  readSearches,
  readTaken,
} from './facts.ts';
import { FlowCounter } from './flow-counter.ts';
import { gateOverviews } from './gate-overview.ts';

export const OVERVIEW_EVERY_MS = 1_000;
/** Tickets are counted by gate again after this long, or when the ticket list has moved. */
const CROWD_GOOD_MS = 30_000;
const SERIES_MINUTES_MAX = 240;

export class Monitor {
  readonly #context: ServerContext;
  readonly #event: number;
  readonly #flow: FlowCounter;
  #crowd: { readonly at: number; readonly crowd: Crowd } | null = null;
  #last: { readonly at: number; readonly overview: Overview } | null = null;
  #underway: Promise<Overview> | null = null;

  constructor(context: ServerContext, event: number) {
    this.#context = context;
    this.#event = event;
    this.#flow = new FlowCounter(context.pool, event);
  }

  /** Whoever asks while one is being reckoned gets that one. @param maxAgeMs - 0: as things are now */
  overview(maxAgeMs = OVERVIEW_EVERY_MS): Promise<Overview> {
    const now = this.#context.now();
    if (this.#last !== null && Math.abs(now - this.#last.at) < maxAgeMs) {
      return Promise.resolve(this.#last.overview);
    }
    this.#underway ??= this.#reckon(now).finally(() => {
      this.#underway = null;
    });
    return this.#underway;
  }

  async #reckon(now: Instant): Promise<Overview> {
    const { pool, catalogue, storeState } = this.#context;
    const event = await catalogue.reload(this.#event);
    const { doorsAt } = event.ground.event;
    const [devices, calls, alarms, conflicts, taken, searches, evacuation, risks, head, crowd] =
      await Promise.all([
        readDevices(pool, this.#event),
        readOpenCalls(pool, this.#event),
        readOpenAlarms(pool, this.#event),
        readOpenConflicts(pool, this.#event),
        readTaken(pool, this.#event, now),
        readSearches(pool, this.#event),
        readEvacuation(pool, this.#event),
        announcedRisks(pool, this.#event, doorsAt),
        this.#insideByScope(),
        this.#crowdAt(event, now),
        this.#flow.refresh(now),
      ]);
    const times = timesOf(event);
    const facts = { flow: this.#flow, devices, searches, crowd, now, startsAt: times.startsAt };
    const gates = gateOverviews(event, facts);
    const limits = limitsOf(event);
    const items = attentionItems(event, {
      gates,
      calls,
      alarms,
      conflicts,
      insideByScope: head,
      limits,
      storeSince: storeState.current().state === 'serving' ? null : now,
      evacuation:
        // A drill needs nobody: it must not stand where the real thing would.
        evacuation === null || evacuation.ended_at !== null || evacuation.is_drill
          ? null
          : { id: evacuation.id, startedAt: evacuation.started_at.getTime() },
      risks: risks === null ? null : { n: risks.list.risks.length, at: risks.at },
      doorsAt: times.doorsAt,
      startsAt: times.startsAt,
      now,
    });
    const overview: Overview = {
      at: iso(now),
      event: eventView(event, times),
      totals: { ...totalsOf(gates, crowd), openConflicts: conflicts.n },
      inside: {
        ...insideRange(head.get('ground') ?? 0, head, evacuation),
        byScope: Object.fromEntries(head),
        limits: Object.fromEntries(limits),
      },
      series: this.#series(times.doorsAt, now),
      gates,
      attention: rankAttention(items, taken, now).map((each) => ({
        ...each,
        since: iso(each.since),
        taken: each.taken === null ? null : { by: each.taken.by, until: iso(each.taken.until) },
      })),
      evacuation: evacuation === null ? null : evacuationView(evacuation),
    };
    this.#last = { at: now, overview };
    return overview;
  }

  async #insideByScope(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#context.pool.query<{ scopes: string[]; inside: number[] }>(
      'SELECT scopes, inside FROM claim_heads WHERE event = $1',
      [this.#event],
    );
    const { scopes = [], inside = [] } = rows[0] ?? {};
    const all = scopes.map((scope, index) => [scope, inside[index] ?? 0] as const);
    return new Map(all.filter(([scope]) => !scope.startsWith('gate/')));
  }

  async #crowdAt(event: OpenEvent, now: Instant): Promise<Crowd> {
    if (this.#crowd === null || now - this.#crowd.at > CROWD_GOOD_MS) {
      this.#crowd = { at: now, crowd: await readCrowd(this.#context.pool, event, now) };
    }
    return this.#crowd.crowd;
  }

  #series(doorsAt: number, now: number): Overview['series'] {
    const longest = now - SERIES_MINUTES_MAX * MINUTE_MS;
    const from = Math.min(now, Math.max(doorsAt - 15 * MINUTE_MS, longest));
    const minutes = this.#flow.series(null, from, now);
    return {
      from: iso(Math.floor(from / MINUTE_MS) * MINUTE_MS),
      entered: minutes.map(({ entered }) => entered),
      refused: minutes.map(({ refused }) => refused),
    };
  }
}

type Times = {
  readonly doorsAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly areMoved: boolean;
};

function timesOf({ ground, controls }: OpenEvent): Times {
  const { doorsAt, startsAt, endsAt } = ground.event;
  const moved = controls.window;
  const isMoved = [moved.doorsAt, moved.endsAt, moved.startsAt].some(
    (at) => typeof at === 'number',
  );
  return {
    doorsAt: moved.doorsAt ?? doorsAt,
    startsAt: moved.startsAt ?? startsAt,
    endsAt: moved.endsAt ?? endsAt,
    areMoved: isMoved,
  };
}

function eventView(event: OpenEvent, times: Times): Overview['event'] {
  const { id, name, venue } = event.ground.event;
  return {
    id,
    name,
    status: event.status,
    timeZone: venue.timeZone,
    doorsAt: iso(times.doorsAt),
    startsAt: iso(times.startsAt),
    endsAt: iso(times.endsAt),
    areTimesMoved: times.areMoved,
    entryEpoch: event.entryEpoch,
    stands: event.ground.event.stands.map((stand) => ({ id: stand.id, name: stand.name })),
  };
}

function totalsOf(gates: readonly GateOverview[], { sold }: Crowd) {
  const sum = (of: (gate: GateOverview) => number) => gates.reduce((n, gate) => n + of(gate), 0);
  const expected = sum((gate) => gate.expected);
  return {
    sold,
    admitted: sum((gate) => gate.admitted),
    left: sum((gate) => gate.left),
    provisional: sum((gate) => gate.provisional),
    refused: sum((gate) => Object.values(gate.refused).reduce((n, each) => n + each, 0)),
    perMinute: sum((gate) => gate.perMinute),
    change: sum((gate) => gate.change),
    queue: sum((gate) => gate.queue),
    missShare:
      expected === 0 ? 0 : sum((gate) => gate.missShare * gate.expected) / Math.max(1, expected),
  };
}

function limitsOf(event: OpenEvent): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const [scope, index] of event.scopeIndex) {
    const limit = event.limits[index] ?? null;
    if (limit !== null) limits.set(scope, limit);
  }
  return limits;
}
