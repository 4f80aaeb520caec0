// One event's listeners, and what has to be looked up for them only once.
import type { ServerResponse } from 'node:http';
import type { Session } from 'better-sse';
import { may } from '#domain/access/roles.ts';
import type { LiveScan } from '#protocol/live.ts';
import type { Followed } from '#server/bus.ts';
import type { Decided } from '#server/entry/authority.ts';
import { openMessages } from '#server/lanes/messages.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { controlsState } from '#server/venue/controls-state.ts';
import { loadControls } from '#server/venue/store.ts';
import { ClaimsTeller } from './claims-teller.ts';
import { ConflictReader } from './conflict-reader.ts';
import { endedListeners } from './ended-listeners.ts';
import { concerns, NoticeReader } from './notice-reader.ts';

const COUNTS_EVERY_MS = 500;
const WATCH_EVERY_MS = 1_000;
const CLAIMS_AFTER_MS = 50;
/** Who has not taken this much has stopped reading; they may come back and start anew. */
const UNREAD_BYTES_MAX = 1024 * 1024;
/** Last words get this long to leave the building. */
const END_WITHIN_MS = 200;

export type Listener = {
  readonly session: Session;
  /** What the session writes to. */
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** Null for whoever proved the request by a key. */
  readonly token: string | null;
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
  readonly #notices: NoticeReader;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #claims: ClaimsTeller;
  readonly #conflicts: ConflictReader;
  #claimsTimer: NodeJS.Timeout | null = null;
  #isWatchWaiting = false;
  #isNoticeWaiting = false;

  constructor(context: ServerContext, event: number, onEmpty: () => void) {
    this.#context = context;
    this.#event = event;
    this.#onEmpty = onEmpty;
    this.#notices = new NoticeReader(context.pool, event);
    this.#claims = new ClaimsTeller(context.pool, event);
    this.#conflicts = new ConflictReader(context.pool, event);
    this.#timers = [
      setInterval(() => this.#tell(() => this.#tellCounts()), COUNTS_EVERY_MS),
      setInterval(() => {
        this.#watch();
        this.#tellClaims();
        this.#tellConflicts();
        this.noticed();
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
        // What is open is told below, what comes by the log.
        await this.#notices.begin();
        push(listener, 'controls', look.controls);
        if (look.cursor !== '') push(listener, 'list', { cursor: look.cursor });
        this.#told ??= look;
        if (listener.principal.kind === 'device') await this.#claims.begin();
        else await this.#conflicts.begin();
      });
      if (listener.principal.kind === 'device') {
        const open = await openMessages(this.#context, listener.principal);
        for (const message of open) push(listener, 'message', message);
      }
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
    this.followed(decided.map((each) => ({ live: liveScanOf(each) })));
  }

  followed(told: readonly Followed[]): void {
    if (told.length === 0) return;
    this.#haveCountsChanged = true;
    for (const { live } of told) this.#toConsoles('scan', live);
    // What is decided together, or soon after, is told together.
    this.#claimsTimer ??= setTimeout(() => {
      this.#claimsTimer = null;
      this.#tellClaims();
    }, CLAIMS_AFTER_MS);
  }

  changed(happening: 'controls' | 'list' | 'conflict'): void {
    if (happening === 'conflict') this.#tellConflicts();
    else this.#watch();
  }

  /** Messages, calls, alarms: whatever of them nobody here has been told yet. */
  noticed(): void {
    // Two hundred acknowledgements come at once, and one look finds them all.
    if (this.#isNoticeWaiting) return;
    this.#isNoticeWaiting = true;
    this.#tell(() =>
      this.#inTurn(async () => {
        this.#isNoticeWaiting = false;
        for (const notice of await this.#notices.next()) {
          for (const listener of this.#listeners) {
            if (concerns(notice, listener.principal)) push(listener, notice.kind, notice.body);
          }
        }
        const statuses = await this.#notices.statuses();
        if (statuses.length > 0) this.#toConsoles('statuses', statuses);
      }),
    );
  }

  /** Streams of whoever is revoked end with the token, or with the enrolment. */
  dropRevoked(): void {
    this.#tell(async () => {
      const ended = await endedListeners(this.#context.access, [...this.#listeners]);
      for (const [listener, farewell] of ended) {
        push(listener, 'revoked', farewell);
        end(listener);
      }
    });
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

  #tellClaims(): void {
    const isHeard = [...this.#listeners].some(({ principal }) => principal.kind === 'device');
    if (!isHeard) this.#claims.end();
    else {
      this.#tell(() =>
        this.#inTurn(async () => {
          for (const page of await this.#claims.next()) this.#toLanes('claims', page);
        }),
      );
    }
  }

  /** To those who may read them; to lanes they are none of their business. */
  #tellConflicts(): void {
    this.#tell(() =>
      this.#inTurn(async () => {
        for (const conflict of await this.#conflicts.next()) {
          for (const listener of this.#listeners) {
            const { principal } = listener;
            if (principal.kind !== 'operator') continue;
            const isFull = may(principal.role, 'conflicts.read');
            push(listener, 'conflict', isFull ? conflict : { ...conflict, ticketRef: null });
          }
        }
      }),
    );
  }

  async #tellCounts(): Promise<void> {
    const hasOperators = [...this.#listeners].some(
      ({ principal }) => principal.kind === 'operator',
    );
    if (!this.#haveCountsChanged || !hasOperators) return;
    this.#haveCountsChanged = false;
    const counts = await this.#context.counterOf(this.#event).counts(this.#context.now());
    this.#toConsoles('counts', counts);
  }

  #toLanes(name: string, data: unknown): void {
    for (const listener of this.#listeners) {
      if (listener.principal.kind === 'device') push(listener, name, data);
    }
  }

  #toConsoles(name: string, data: unknown): void {
    for (const listener of this.#listeners) {
      if (listener.principal.kind === 'operator') push(listener, name, data);
    }
  }

  #broadcast(name: string, data: unknown): void {
    for (const listener of this.#listeners) push(listener, name, data);
  }

  #drop(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#claimsTimer ?? undefined);
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
