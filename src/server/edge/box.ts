// What a box in the ground does by itself: hears from its hub what it needs to decide and to recognise, and
// carries up what happened. Each runs for itself: a list that takes long to fetch, or a hub that is slow to
// take journals, holds up nothing else.
import { setTimeout as pause } from 'node:timers/promises';
import { parseInstant } from '#domain/kernel/instant.ts';
import { AUTHORITIES_MAX, carriedAnswer, type LogReceipt, syncAnswer } from '#protocol/edge.ts';
import type { CorrectedClock } from '#server/platform/corrected-clock.ts';
import { NoAnswerError } from '#server/platform/http/caller.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { applyAccess, applyEvent, applyNotices, remember } from './apply-sync.ts';
import { boxKeyOf } from './box-key.ts';
import { markCarried, pendingChanges } from './control-changes.ts';
import { cursorOf, fetchList } from './fetch-list.ts';
import { followLogs } from './follow.ts';
import { followNotices } from './follow-notices.ts';
import type { Link } from './link.ts';
import { authoritiesKnown } from './newer-authority.ts';
import type { BoxDoors, Nodes } from './nodes.ts';
import { type Pushed, pushLogs } from './push-log.ts';
import { relayJournals } from './relay.ts';
import type { Strangers } from './strangers.ts';

const HEAR_EVERY_MS = 500;
const FOLLOW_EVERY_MS = 300;
const CARRY_EVERY_MS = 200;
/** While it goes wrong, a round is this long apart. */
const RETRY_EVERY_MS = 1_000;
const SYNC_WITHIN_MS = 10_000;
const TIME_KEPT_EVERY_MS = 60_000;
/** A lane waits for this while its code is looked for at the hub; when that fails, others do not for a while. */
const BRING_WITHIN_MS = 350;
const BRING_AGAIN_AFTER_MS = 1_000;

export class Box implements BoxDoors {
  readonly strangers: Strangers;
  readonly #context: ServerContext;
  readonly #nodes: Nodes;
  readonly #hub: Link;
  readonly #clock: CorrectedClock;
  readonly #hubHas = new Map<number, LogReceipt>();
  readonly #pushed: Pushed = new Map();
  readonly #fetching = new Map<number, Promise<void>>();
  #turn: Promise<void> = Promise.resolve();
  #notBroughtAt = Number.NEGATIVE_INFINITY;
  #hubStore = '';
  #hubName = '';
  #timeKeptAt = Number.NEGATIVE_INFINITY;

  constructor(
    context: ServerContext,
    nodes: Nodes,
    hub: Link,
    clock: CorrectedClock,
    strangers: Strangers,
  ) {
    this.strangers = strangers;
    this.#context = context;
    this.#nodes = nodes;
    this.#hub = hub;
    this.#clock = clock;
  }

  /** Runs until the server stops. */
  async run(): Promise<void> {
    await Promise.all([
      this.#repeat('hearing from the hub', HEAR_EVERY_MS, () => this.#hearInTurn()),
      this.#repeat('following decisions', FOLLOW_EVERY_MS, () =>
        followLogs(this.#context, this.#nodes, this.#hubHas),
      ),
      this.#repeat('hearing what control tells lanes', HEAR_EVERY_MS, () =>
        followNotices(this.#context, this.#hub),
      ),
      this.#repeat('carrying controls up', CARRY_EVERY_MS, () => this.#carryControls()),
      this.#repeat('carrying decisions up', CARRY_EVERY_MS, () =>
        pushLogs(this.#context, this.#hub, this.#pushed),
      ),
      this.#repeat('carrying journals up', CARRY_EVERY_MS, () => this.#relay()),
    ]);
    await Promise.all(this.#fetching.values());
  }

  async hear(event: number | null): Promise<void> {
    await this.#hearInTurn();
    if (event !== null) await this.#bring(event);
  }

  async bringList(event: number): Promise<void> {
    const isHopeless = performance.now() - this.#notBroughtAt < BRING_AGAIN_AFTER_MS;
    if (isHopeless || this.#hub.isDown) return;
    const late = new AbortController();
    const isThere = await Promise.race([
      this.#bring(event).then(
        () => true,
        () => false,
      ),
      pause(BRING_WITHIN_MS, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    if (!isThere) this.#notBroughtAt = performance.now();
  }

  /** One question at a time: an answer that was overtaken would undo what came after it. */
  #hearInTurn(): Promise<void> {
    const next = this.#turn.then(() => this.#hear());
    this.#turn = next.catch(() => {});
    return next;
  }

  async #hear(): Promise<void> {
    const { pool, masterKey } = this.#context;
    const box = boxKeyOf(masterKey);
    const askedAt = performance.now();
    const answer = await this.#hub.ask(syncAnswer, {
      path: '/api/v1/edge/sync',
      body: {
        publicKey: box.publicKey.toString('base64url'),
        ...(await this.#has()),
        clockSkewMs: this.#clock.skewMs(),
        isRebuilding: this.#context.storeState.current().state !== 'serving',
        authorities: await authoritiesKnown(pool, AUTHORITIES_MAX),
      },
      timeoutMs: SYNC_WITHIN_MS,
    });
    await this.#keepTime(answer.at, performance.now() - askedAt);
    if (answer.hub !== this.#hubName) {
      await inTransaction(pool, (client) => remember(client, 'hub-name', answer.hub));
      this.#hubName = answer.hub;
    }
    if (answer.storeEpoch !== this.#hubStore) this.#pushed.clear();
    this.#hubStore = answer.storeEpoch;
    // First, or what the hub has taken up since would be set here once more on top of what followed it.
    await markCarried(pool, this.#context.self, answer.changesThrough);
    for (const { number, version, content } of answer.events) {
      if (content !== null) await applyEvent(this.#context, box, number, version, content);
    }
    if (answer.access !== null) await applyAccess(this.#context, answer.access);
    this.strangers.heard(askedAt);
    await this.#nodes.refresh();
    for (const { number, list, log, notices } of answer.events) {
      if (notices !== null) await applyNotices(this.#context, number, notices);
      // It has less than it said: what it lacks is told anew.
      if (log.revision < (this.#pushed.get(number)?.revision ?? 0)) this.#pushed.delete(number);
      this.#hubHas.set(number, log);
      this.#fetch(number, list);
    }
  }

  async #has() {
    const { pool } = this.#context;
    const events = await pool.query<{ event: number; version: string }>(
      'SELECT event, version FROM replicas',
    );
    const access = await pool.query<{ value: string }>(
      `SELECT value FROM replica_state WHERE what = 'access'`,
    );
    const notices = await pool.query<{ event: number; n: string }>(
      'SELECT event, n FROM notice_heads',
    );
    const hub = await pool.query<{ value: string }>(
      `SELECT value FROM replica_state WHERE what = 'hub-name'`,
    );
    const name = hub.rows[0]?.value;
    return {
      ...(name === undefined ? {} : { hub: name }),
      notices: Object.fromEntries(notices.rows.map(({ event, n }) => [event, Number(n)])),
      access: access.rows[0]?.value ?? null,
      events: Object.fromEntries(events.rows.map(({ event, version }) => [event, version])),
    };
  }

  async #keepTime(at: string, waitedMs: number): Promise<void> {
    const hubTime = parseInstant(at);
    if (hubTime === null) return;
    this.#clock.anchor(hubTime, waitedMs);
    if (performance.now() - this.#timeKeptAt < TIME_KEPT_EVERY_MS) return;
    this.#timeKeptAt = performance.now();
    await inTransaction(this.#context.pool, (client) => remember(client, 'hub-time', at));
  }

  /** The next round finds out whether it got there. */
  #fetch(event: number, there: string): void {
    if (this.#fetching.has(event)) return;
    const { pool, log } = this.#context;
    const work = async () => {
      if ((await cursorOf(pool, event)) !== there) await this.#fetchNow(event);
    };
    this.#whileFetching(event, work).catch((error: Error) => {
      if (!(error instanceof NoAnswerError)) log.warn({ err: error, event }, 'list not fetched');
    });
  }

  /** After the one that is under way, which may have asked before what is wanted was there. */
  async #bring(event: number): Promise<void> {
    while (this.#fetching.has(event)) await this.#fetching.get(event);
    await this.#whileFetching(event, () => this.#fetchNow(event));
  }

  /** One fetch of an event at a time. */
  #whileFetching(event: number, work: () => Promise<void>): Promise<void> {
    const running = work().finally(() => this.#fetching.delete(event));
    this.#fetching.set(
      event,
      running.catch(() => {}),
    );
    return running;
  }

  async #fetchNow(event: number): Promise<void> {
    const { pool, bus, catalogue } = this.#context;
    await fetchList(pool, this.#hub, event, () => bus.emit('list', event));
    await catalogue.reload(event);
  }

  async #carryControls(): Promise<void> {
    const changes = await pendingChanges(this.#context.pool, this.#context.self);
    if (changes.length === 0) return;
    const path = '/api/v1/edge/control-changes';
    await this.#hub.ask(carriedAnswer, { path, body: { changes }, timeoutMs: SYNC_WITHIN_MS });
  }

  async #relay(): Promise<void> {
    const { pool, log } = this.#context;
    const options = { store: this.#hubStore, log };
    if (this.#hubStore !== '') await relayJournals(pool, this.#hub, { isForAll: true, ...options });
  }

  /** A round that fails is said once, and tried again until it goes well. */
  async #repeat(what: string, everyMs: number, round: () => Promise<unknown>): Promise<void> {
    const { stopping, log } = this.#context;
    let isFailing = false;
    while (!stopping.aborted) {
      try {
        await round();
        if (isFailing) log.warn({}, `${what}: goes on`);
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn({ err: error }, `${what}: interrupted`);
        isFailing = true;
      }
      await pause(isFailing ? RETRY_EVERY_MS : everyMs, null, { signal: stopping }).catch(() => {});
    }
  }
}
