// What a box in the ground does by itself: hears from its hub what it needs to decide and to recognise, and
// carries up what happened. Each runs for itself: a list that takes long to fetch, or a hub that is slow to
// take journals, holds up nothing else.
import { setTimeout as pause } from 'node:timers/promises';
import { parseInstant } from '#domain/kernel/instant.ts';
import { carriedAnswer, type LogReceipt, syncAnswer } from '#protocol/edge.ts';
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
import type { Nodes } from './nodes.ts';
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

export class Box {
  readonly strangers: Strangers;
  readonly #context: ServerContext;
  readonly #nodes: Nodes;
  readonly #hub: Link;
  readonly #clock: CorrectedClock;
  readonly #hubHas = new Map<number, LogReceipt>();
  readonly #pushed: Pushed = new Map();
  readonly #fetching = new Map<number, Promise<void>>();
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
      this.#repeat('hearing from the hub', HEAR_EVERY_MS, () => this.#hear()),
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
    return {
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

  /** One fetch of an event at a time; the next round finds out whether it got there. */
  #fetch(event: number, there: string): void {
    if (this.#fetching.has(event)) return;
    const { pool, bus, catalogue, log } = this.#context;
    const work = async () => {
      if ((await cursorOf(pool, event)) === there) return;
      await fetchList(pool, this.#hub, event, () => bus.emit('list', event));
      await catalogue.reload(event);
    };
    const running = work()
      .catch((error: Error) => {
        if (!(error instanceof NoAnswerError)) log.warn({ err: error, event }, 'list not fetched');
      })
      .finally(() => this.#fetching.delete(event));
    this.#fetching.set(event, running);
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
