// What the control room sets on the night: holds, meters, limits, diversions and a moved window.
// A change raises the event's fence, so a scan decided before it is decided again after it.
import type { Instant } from '#domain/kernel/instant.ts';
import type { EventStatus, Ground } from './match-event.ts';

export type Hold = {
  readonly id: string;
  readonly scope: string;
  /** `stop` lets nobody in; `meter` lets in `perMinute` people in each minute of the clock. */
  readonly kind: 'stop' | 'meter';
  readonly perMinute: number | null;
  readonly reason: string;
};

/** “Sections N103–N104 may use gate N3 until 19:20”; expires by itself, for lanes cut off as well. */
export type Diversion = {
  readonly id: string;
  readonly sections: readonly string[];
  readonly gates: readonly string[];
  readonly until: Instant;
  readonly reason: string;
};

/** A gate without codes: `visual` by the steward's eye, `open` for everybody; both count people. */
export type GateMode = {
  readonly gate: string;
  readonly mode: 'visual' | 'open';
  /** People after whom an open gate is held; null: no threshold. */
  readonly stopAt: number | null;
};

export type Controls = {
  /** Nobody enters before the event is opened or after it is closed; everybody may leave. */
  readonly status: EventStatus;
  readonly holds: readonly Hold[];
  readonly diversions: readonly Diversion[];
  /** Replaces the imported limit of a scope; null lifts it. */
  readonly limits: Readonly<Record<string, number | null>>;
  /** Moves doors, the end of entry and kick-off; null: as the event file says. */
  readonly window: {
    readonly doorsAt: Instant | null;
    readonly endsAt: Instant | null;
    /** Says when the match is; who may enter follows the other two. */
    readonly startsAt?: Instant | null;
  };
  /** At most one of a gate; none: as always. */
  readonly modes?: readonly GateMode[];
  /** Everybody must get out: whoever leaves is let out, whatever they show. */
  readonly isEvacuating?: boolean;
};

export const NO_CONTROLS: Controls = {
  status: 'open',
  holds: [],
  diversions: [],
  limits: {},
  window: { doorsAt: null, endsAt: null },
};

/** People counted so far, by scope: inside now, and let in during the clock's current minute. */
export type Occupancy = {
  readonly inside: ReadonlyMap<string, number>;
  readonly thisMinute: ReadonlyMap<string, number>;
};

export const NOBODY: Occupancy = { inside: new Map(), thisMinute: new Map() };

/** The limit in force for a scope; control's word goes before the import's. */
export function limitOf(ground: Ground, controls: Controls, scope: string): number | null {
  const set = controls.limits[scope];
  return set === undefined ? (ground.limits.get(scope) ?? null) : set;
}

/** The first thing that stops `people` from entering these scopes now: a stop, a meter, a full limit. */
export function holdOn(
  ground: Ground,
  controls: Controls,
  occupancy: Occupancy,
  scopes: readonly string[],
): { readonly scope: string; readonly why: 'stop' | 'meter' | 'limit' } | null {
  for (const scope of scopes) {
    for (const hold of controls.holds) {
      if (hold.scope !== scope) continue;
      if (hold.kind === 'stop') return { scope, why: 'stop' };
      if ((occupancy.thisMinute.get(scope) ?? 0) >= (hold.perMinute ?? 0)) {
        return { scope, why: 'meter' };
      }
    }
    // A gate has no inside: people pass it, they do not fill it.
    const limit = scope.startsWith('gate/') ? null : limitOf(ground, controls, scope);
    if (limit !== null && (occupancy.inside.get(scope) ?? 0) >= limit) {
      return { scope, why: 'limit' };
    }
  }
  return null;
}

/** Gates opened to a section by diversions that have not expired. */
export function divertedGates(controls: Controls, section: string | null, at: Instant): string[] {
  if (section === null) return [];
  return controls.diversions
    .filter((diversion) => at < diversion.until && diversion.sections.includes(section))
    .flatMap((diversion) => diversion.gates);
}
