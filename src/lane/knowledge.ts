// What the lane knows at this moment: who it is, the match, control's word, how fresh its list is. Fed
// by the feed, read by every scan, kept in the list store for a start without a server.
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
import type { ListStore } from './ports.ts';

export type Knowledge = {
  self(): DeviceSelf | null;
  ground(): Ground | null;
  controls(): Controls | null;
  eventNumber(): number | null;
  /** When the list was last known to be the hub's; null: it has never been whole here. */
  listAsOf(): Instant | null;

  learnSelf(body: unknown): Promise<DeviceSelf>;
  /** `GET /events/{id}`: the file, and the event's number in our codes. */
  learnEvent(body: unknown): Promise<void>;
  /** What a stream says goes before what was asked of another node. */
  learnControls(body: unknown, by: 'stream' | 'asked'): Promise<ControlsState>;
  /** A new stream, perhaps at another node: whatever it says is news. */
  listensAnew(): void;
  listIsCurrent(asOf: Instant): Promise<void>;
  /** The device was revoked. */
  forget(): void;
};

/** @param onControls - control's word is another than before, or was recalled */
export async function createKnowledge(
  store: ListStore,
  onControls: (controls: Controls) => void,
): Promise<Knowledge> {
  let self: DeviceSelf | null = null;
  let ground: Ground | null = null;
  let eventNumber: number | null = null;
  let controls: Controls | null = null;
  /** Whose word it is, and how new: fences of two nodes say nothing of one another. */
  let told: { readonly node: string; readonly fence: number } | null = null;
  let listAsOf = recalled(await store.get('listAsOf'));
  let keptAsOf = listAsOf ?? 0;

  async function learnSelf(body: unknown): Promise<DeviceSelf> {
    const learnt = deviceSelf.parse(body);
    self = learnt;
    await store.put('self', JSON.stringify(body));
    return learnt;
  }

  async function learnEvent(body: unknown): Promise<void> {
    const view = body as { file?: unknown; number?: unknown };
    ground = groundOf(matchEventOf(eventFile.parse(view.file)));
    eventNumber = typeof view.number === 'number' ? view.number : null;
    await store.put('event', JSON.stringify(body));
  }

  async function learnControls(body: unknown, by: 'stream' | 'asked'): Promise<ControlsState> {
    const state = controlsState.parse(body);
    const { node = '', fence } = state;
    // Two requests may cross: what is older never replaces what is newer.
    const isNews = told === null || (told.node === node ? fence >= told.fence : by === 'stream');
    if (isNews) {
      told = { node, fence };
      controls = controlsOf(state);
      onControls(controls);
      await store.put('controls', JSON.stringify(body));
    }
    return state;
  }

  await recall(await store.get('self'), learnSelf);
  await recall(await store.get('event'), learnEvent);
  await recall(await store.get('controls'), (body) => learnControls(body, 'asked'));
  told = null;

  return {
    self: () => self,
    ground: () => ground,
    controls: () => controls,
    eventNumber: () => eventNumber,
    listAsOf: () => listAsOf,
    learnSelf,
    learnEvent,
    learnControls,
    listensAnew: () => {
      told = null;
    },
    async listIsCurrent(asOf) {
      listAsOf = asOf;
      if (asOf - keptAsOf < KEEP_EVERY_MS) return;
      keptAsOf = asOf;
      await store.put('listAsOf', String(asOf));
    },
    forget() {
      listAsOf = null;
    },
  };
}

const KEEP_EVERY_MS = 10_000;

function controlsOf(state: ControlsState): Controls {
  const { doorsAt, endsAt, startsAt = null } = state.window;
  return {
    status: EVENT_STATUSES.find((status) => status === state.status) ?? ('closed' as EventStatus),
    holds: state.holds,
    diversions: state.diversions.map((diversion) => ({
      ...diversion,
      until: parseInstant(diversion.until) ?? (0 as Instant),
    })),
    limits: state.limits,
    modes: state.modes ?? [],
    isEvacuating: state.isEvacuating ?? false,
    window: {
      doorsAt: doorsAt === null ? null : parseInstant(doorsAt),
      endsAt: endsAt === null ? null : parseInstant(endsAt),
      startsAt: startsAt === null ? null : parseInstant(startsAt),
    },
  };
}

/** What an older version kept in another form is as good as nothing: the feed brings it again. */
async function recall(
  kept: string | null,
  learn: (body: unknown) => Promise<unknown>,
): Promise<void> {
  if (kept === null) return;
  try {
    await learn(JSON.parse(kept));
  } catch {
    return;
  }
}

function recalled(text: string | null): Instant | null {
  return text === null ? null : (Number(text) as Instant);
}
