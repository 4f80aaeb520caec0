// One event's listeners, and what has to be looked up for them only once.
import type { ServerResponse } from 'node:http';
import type { Session } from 'better-sse';
import type { LiveScan } from '#protocol/live.ts';
import type { Followed } from '#server/bus.ts';
import type { Decided } from '#server/entry/authority.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { controlsState } from '#server/venue/controls-state.ts';
import { loadControls } from '#server/venue/store.ts';

const COUNTS_EVERY_MS = 500;
const WATCH_EVERY_MS = 1_000;
/** Who has not taken this much has stopped reading; they may come back and start anew. */
const UNREAD_BYTES_MAX = 1024 * 1024;
/** Last words get this long to leave the building. */
const END_WITHIN_MS = 200;

export type Listener = {
  readonly session: Session;
  /** What the session writes to. */
  readonly response: ServerResponse;
  readonly principal: Principal;
  readonly token: string;
};

type Look = {
  readonly controls: ReturnType<typeof controlsState>;
  /** Of the controls, less the fence, which rises for other reasons too. */
  readonly text: string;
  readonly cursor: string;
};

export class Feed {
  readonly #context: ServerContext;
  readonly #event: number;
  readonly #listeners = new Set<Listener>();
  readonly #onEmpty: () => void;
  readonly #timers: NodeJS.Timeout[];
  #haveCountsChanged = true;
  /** What all listeners have been told; each was told at least this when it came. */
  #told: Look | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #isWatchWaiting = false;

  constructor(context: ServerContext, event: number, onEmpty: () => void) {
    this.#context = context;
    this.#event = event;
    this.#onEmpty = onEmpty;
    this.#timers = [
      setInterval(() => this.#tell(() => this.#tellCounts()), COUNTS_EVERY_MS),
      setInterval(() => {
        this.#watch();
        // Also whose token has run out, and whom a database that was away could not tell of.
        this.dropRevoked();
      }, WATCH_EVERY_MS),
    ];
  }

  /** Tells the new listener how things stand; whatever changes from here on it will hear. */
  async add(listener: Listener): Promise<void> {
    this.#listeners.add(listener);
    listener.session.once('disconnected', () => this.#drop(listener));
    if (!listener.session.isConnected) this.#drop(listener);
    try {
      await this.#inTurn(async () => {
        const look = await this.#look();
        push(listener, 'controls', look.controls);
        if (look.cursor !== '') push(listener, 'list', { cursor: look.cursor });
        this.#told ??= look;
      });
      if (listener.principal.kind === 'operator') {
        const counts = await this.#context.counterOf(this.#event).counts(this.#context.now());
        push(listener, 'counts', counts);
      }
    } catch (error) {
      // It will come back, and perhaps find the database answering.
      this.#context.log.warn({ err: error }, 'live feed: not begun');
      end(listener);
    }
  }

  decided(decided: readonly Decided[]): void {
    this.followed(decided.map((each) => ({ live: liveScanOf(each), crossing: crossingOf(each) })));
  }

  followed(told: readonly Followed[]): void {
    if (told.length === 0) return;
    this.#haveCountsChanged = true;
    const crossings = told.flatMap(({ crossing }) => (crossing === null ? [] : [crossing]));
    for (const listener of this.#listeners) {
      if (listener.principal.kind === 'device') {
        if (crossings.length > 0) push(listener, 'crossings', crossings);
      } else {
        for (const { live } of told) push(listener, 'scan', live);
      }
    }
  }

  changed(happening: 'controls' | 'list' | 'conflict'): void {
    if (happening === 'conflict') this.#broadcast('conflict', { event: this.#event });
    else this.#watch();
  }

  /** Streams of whoever is revoked end with the token. */
  dropRevoked(): void {
    for (const listener of this.#listeners) {
      this.#tell(async () => {
        if ((await this.#context.access.authenticate(listener.token)) !== null) return;
        push(listener, 'revoked', {});
        end(listener);
      });
    }
  }

  close(): void {
    for (const listener of this.#listeners) end(listener);
  }

  /** Controls and list as they are in the store, told when they differ from what was told last. */
  #watch(): void {
    if (this.#isWatchWaiting) return;
    this.#isWatchWaiting = true;
    this.#tell(() =>
      this.#inTurn(async () => {
        this.#isWatchWaiting = false;
        const look = await this.#look();
        if (look.text !== this.#told?.text) this.#broadcast('controls', look.controls);
        if (look.cursor !== this.#told?.cursor) this.#broadcast('list', { cursor: look.cursor });
        this.#told = look;
      }),
    );
  }

  /** One look after the other: an older one never has the last word. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #look(): Promise<Look> {
    const { pool } = this.#context;
    const { controls, fence } = await loadControls(pool, this.#event);
    const { rows } = await pool.query<{ epoch: string; n: string }>(
      'SELECT epoch, n FROM lists WHERE event = $1',
      [this.#event],
    );
    const state = controlsState(controls, fence);
    return {
      controls: state,
      text: JSON.stringify({ ...state, fence: 0 }),
      // A box that is still fetching the list has none to tell of.
      cursor: rows[0] === undefined ? '' : `${rows[0].epoch}:${rows[0].n}`,
    };
  }

  async #tellCounts(): Promise<void> {
    const hasOperators = [...this.#listeners].some(
      ({ principal }) => principal.kind === 'operator',
    );
    if (!this.#haveCountsChanged || !hasOperators) return;
    this.#haveCountsChanged = false;
    const counts = await this.#context.counterOf(this.#event).counts(this.#context.now());
    for (const listener of this.#listeners) {
      if (listener.principal.kind === 'operator') push(listener, 'counts', counts);
    }
  }

  #broadcast(name: string, data: unknown): void {
    for (const listener of this.#listeners) push(listener, name, data);
  }

  #drop(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#onEmpty();
  }

  /** A feed that cannot look things up says nothing new; the next look tells it all. */
  #tell(work: () => Promise<void>): void {
    work().catch((error: Error) => this.#context.log.warn({ err: error }, 'live feed: not told'));
  }
}

const ending = new WeakSet<Listener>();

function push(listener: Listener, name: string, data: unknown): void {
  const { session, response } = listener;
  if (!session.isConnected || ending.has(listener)) return;
  if (response.writableLength > UNREAD_BYTES_MAX) end(listener);
  else session.push(data, name);
}

function end(listener: Listener): void {
  if (ending.has(listener)) return;
  ending.add(listener);
  setTimeout(() => listener.response.destroy(), END_WITHIN_MS);
}

function liveScanOf({ scan, outcome, revision }: Decided): LiveScan {
  const { decision, record } = outcome;
  return {
    revision,
    gate: scan.gate,
    lane: scan.lane,
    direction: scan.direction,
    verdict: decision.verdict,
    reason: decision.reason,
    rung: record.rung as LiveScan['rung'],
    at: record.decided_at,
  };
}

function crossingOf({ scan, outcome }: Decided): Followed['crossing'] {
  const { decision, record } = outcome;
  if (decision.crosses === null || decision.ticket === null) return null;
  const at = Date.parse(record.decided_at);
  return [decision.ticket.serial, scan.direction, at, scan.gate, scan.checkpoint];
}
