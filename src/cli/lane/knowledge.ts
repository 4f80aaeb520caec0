// What the lane knows at this moment: who it is, the match, control's word, how fresh its list is. Fed
// by the feed, read by every scan, kept in the ticket store for a start without a server.
import { type Instant, parseInstant } from '#domain/kernel/instant.ts';
import type { Controls } from '#domain/venue/controls.ts';
import {
  EVENT_STATUSES,
  type EventStatus,
  type Ground,
  groundOf,
} from '#domain/venue/match-event.ts';
import { type DeviceSelf, deviceSelf } from '#protocol/access.ts';
import { type ControlsState, controlsState } from '#protocol/controls.ts';
import { eventFile, matchEventOf } from '#protocol/event-file.ts';
import type { TicketStore } from './ticket-store.ts';

export type Knowledge = {
  self(): DeviceSelf | null;
  ground(): Ground | null;
  controls(): Controls | null;
  eventNumber(): number | null;
  /** When the list was last known to be the hub's; null: it has never been whole here. */
  listAsOf(): Instant | null;

  learnSelf(body: unknown): DeviceSelf;
  /** `GET /events/{id}`: the file, and the event's number in our codes. */
  learnEvent(body: unknown): void;
  learnControls(body: unknown): ControlsState;
  listIsCurrent(asOf: Instant): void;
};

export function createKnowledge(store: TicketStore): Knowledge {
  let self: DeviceSelf | null = null;
  let ground: Ground | null = null;
  let eventNumber: number | null = null;
  let controls: Controls | null = null;
  let fence = -1;
  let listAsOf = recalled(store.get('listAsOf'));
  let keptAsOf = listAsOf ?? 0;

  function learnSelf(body: unknown): DeviceSelf {
    self = deviceSelf.parse(body);
    store.put('self', JSON.stringify(body));
    return self;
  }

  function learnEvent(body: unknown): void {
    const view = body as { file?: unknown; number?: unknown };
    ground = groundOf(matchEventOf(eventFile.parse(view.file)));
    eventNumber = typeof view.number === 'number' ? view.number : null;
    store.put('event', JSON.stringify(body));
  }

  function learnControls(body: unknown): ControlsState {
    const state = controlsState.parse(body);
    // Two requests may cross: what is older never replaces what is newer.
    if (state.fence >= fence) {
      fence = state.fence;
      controls = controlsOf(state);
      store.put('controls', JSON.stringify(body));
    }
    return state;
  }

  recall(store.get('self'), learnSelf);
  recall(store.get('event'), learnEvent);
  recall(store.get('controls'), learnControls);
  fence = -1;

  return {
    self: () => self,
    ground: () => ground,
    controls: () => controls,
    eventNumber: () => eventNumber,
    listAsOf: () => listAsOf,
    learnSelf,
    learnEvent,
    learnControls,
    listIsCurrent(asOf) {
      listAsOf = asOf;
      if (asOf - keptAsOf < KEEP_EVERY_MS) return;
      keptAsOf = asOf;
      store.put('listAsOf', String(asOf));
    },
  };
}

const KEEP_EVERY_MS = 10_000;

function controlsOf(state: ControlsState): Controls {
  const { doorsAt, endsAt } = state.window;
  return {
    status: EVENT_STATUSES.find((status) => status === state.status) ?? ('closed' as EventStatus),
    holds: state.holds,
    diversions: state.diversions.map((diversion) => ({
      ...diversion,
      until: parseInstant(diversion.until) ?? (0 as Instant),
    })),
    limits: state.limits,
    window: {
      doorsAt: doorsAt === null ? null : parseInstant(doorsAt),
      endsAt: endsAt === null ? null : parseInstant(endsAt),
    },
  };
}

/** What an older version kept in another form is as good as nothing: the feed brings it again. */
function recall(kept: string | null, learn: (body: unknown) => unknown): void {
  if (kept === null) return;
  try {
    learn(JSON.parse(kept));
  } catch {
    return;
  }
}

function recalled(text: string | null): Instant | null {
  return text === null ? null : (Number(text) as Instant);
}
