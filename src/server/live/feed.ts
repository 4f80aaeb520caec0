// One event's listeners, and what has to be looked up for them only once.
import { may } from '#domain/access/roles.ts';
import type { Followed } from '#server/bus.ts';
import type { Decided } from '#server/entry/authority.ts';
import { openMessages } from '#server/lanes/messages.ts';
import type { ServerContext } from '#server/server-context.ts';
import { ClaimsTeller } from './claims-teller.ts';
import { ConflictReader } from './conflict-reader.ts';
import { endedListeners } from './ended-listeners.ts';
import { end, type Listener, liveScanOf, push } from './listener.ts';
import { type Look, lookAt } from './look.ts';
import { concerns, NoticeReader } from './notice-reader.ts';
import { ScanReader } from './scan-reader.ts';
import { positionText, readPosition } from './stream-position.ts';

const COUNTS_EVERY_MS = 500;
const WATCH_EVERY_MS = 1_000;
const CLAIMS_AFTER_MS = 200;

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
  readonly #scans: ScanReader;
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
    this.#scans = new ScanReader(context.pool, event);
    this.#timers = [
      setInterval(() => this.#tell(() => this.#tellCounts()), COUNTS_EVERY_MS),
      setInterval(() => {
        this.#watch();
        this.#tellScans();
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
        const look = await lookAt(this.#context, this.#event);
        // What is open is told below, what comes by the log.
        await this.#notices.begin();
        const isDevice = listener.principal.kind === 'device';
        if (!isDevice) await this.#scans.begin();
        await this.#tellMissed(listener);
        this.#push(listener, 'controls', look.controls);
        if (look.cursor !== '') this.#push(listener, 'list', { cursor: look.cursor });
        this.#told ??= look;
        if (isDevice) await this.#claims.begin();
        else await this.#conflicts.begin();
      });
      if (listener.principal.kind === 'device') {
        const open = await openMessages(this.#context, listener.principal);
        for (const message of open) this.#push(listener, 'message', message);
      }
      if (listener.principal.kind === 'operator') {
        const counts = await this.#context.counterOf(this.#event).counts(this.#context.now());
        this.#push(listener, 'counts', counts);
      }
    } catch (error) {
      // It will come back, and perhaps find the database answering.
      this.#context.log.warn({ err: error }, 'live feed: not begun');
      end(listener);
    }
  }

  /** Between two nodes, or two streams: what it would have heard. */
  async #tellMissed(listener: Listener): Promise<void> {
    const from = readPosition(listener.lastId, this.#context.self);
    if (from === null) return;
    for (const notice of await this.#notices.missed(from.notices)) {
      if (concerns(notice, listener.principal)) this.#push(listener, notice.kind, notice.body);
    }
    if (listener.principal.kind === 'device') return;
    const scans = await this.#scans.missed(from.scans);
    // Too many, or of a store that is no more: what it shows is to be fetched.
    if (scans === null) this.#push(listener, 'missed', { after: from.scans });
    for (const scan of scans ?? []) this.#push(listener, 'scan', scan);
  }

  decided(decided: readonly Decided[]): void {
    this.followed(decided.map((each) => ({ live: liveScanOf(each) })));
  }

  followed(told: readonly Followed[]): void {
    if (told.length === 0) return;
    this.#haveCountsChanged = true;
    for (const { live } of told) {
      this.#scans.toldAhead(live.revision);
      this.#toConsoles('scan', live);
    }
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
            if (concerns(notice, listener.principal))
              this.#push(listener, notice.kind, notice.body);
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
        this.#push(listener, 'revoked', farewell);
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
        const look = await lookAt(this.#context, this.#event);
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

  /** What other nodes decided, and journals brought. */
  #tellScans(): void {
    const isWatched = [...this.#listeners].some(({ principal }) => principal.kind === 'operator');
    if (!isWatched) this.#scans.end();
    else {
      this.#tell(() =>
        this.#inTurn(async () => {
          for (const scan of await this.#scans.next()) {
            this.#haveCountsChanged = true;
            this.#toConsoles('scan', scan);
          }
        }),
      );
    }
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
            this.#push(listener, 'conflict', isFull ? conflict : { ...conflict, ticketRef: null });
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
      if (listener.principal.kind === 'device') this.#push(listener, name, data);
    }
  }

  #toConsoles(name: string, data: unknown): void {
    for (const listener of this.#listeners) {
      if (listener.principal.kind === 'operator') this.#push(listener, name, data);
    }
  }

  #broadcast(name: string, data: unknown): void {
    for (const listener of this.#listeners) this.#push(listener, name, data);
  }

  #drop(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#claimsTimer ?? undefined);
    this.#onEmpty();
  }

  #push(listener: Listener, name: string, data: unknown): void {
    const position = {
      store: this.#context.self,
      scans: this.#scans.through,
      notices: this.#notices.through,
    };
    push(listener, name, data, positionText(position));
  }

  /** A feed that cannot look things up says nothing new; the next look tells it all. */
  #tell(work: () => Promise<void>): void {
    work().catch((error: Error) => this.#context.log.warn({ err: error }, 'live feed: not told'));
  }
}
