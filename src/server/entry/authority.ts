// The claim authority: every scan of every event queues here, leaves in batches, and is answered only
// after its verdict is committed. One batch at a time decides a given ticket; batches of different
// tickets overlap, so that PostgreSQL works while the next batch is read from the wire.
import type { Clock } from '#server/platform/clock.ts';
import { isDatabaseAway } from '#server/platform/database-fault.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { numbered } from './answer.ts';
import { batchMax, mayStart, type Rush } from './batching.ts';
import type { Catalogue, OpenEvent } from './catalogue.ts';
import type { ClaimStatements, ClaimStore } from './claim-store.ts';
import { decideBatch, type Outcome, type PendingScan } from './decide-batch.ts';
import { NotAuthorityError } from './elsewhere.ts';
import { lookUpScans } from './look-up-scans.ts';
import { isSameScan, placedIn, scanIdReused } from './same-scan.ts';
import type { StoreState } from './store-state.ts';

const QUEUE_MAX = 20_000;
/** Commits refused in a row before a batch gives up: each means that somebody else moved on. */
const ATTEMPTS_MAX = 10;
/** In a cell the deciders take turns near a limit, and an attempt costs a few milliseconds. */
const ATTEMPTS_IN_CELL_MAX = 40;
/** From this attempt on a batch keeps everybody else out, or people who act without pause would starve it. */
const ALONE_FROM = 4;

export type Decided = {
  readonly event: OpenEvent;
  readonly scan: PendingScan;
  readonly outcome: Extract<Outcome, { kind: 'decided' }>;
  readonly revision: number;
};

export type Authority = {
  /** @returns the answer as JSON text. @throws HttpProblem `scan-id-reused`, `store-behind`, `unavailable` */
  scan(eventNumber: number, scan: PendingScan): Promise<string>;
  /** Resolves once nothing is queued or being written. */
  drain(): Promise<void>;
};

type Waiting = {
  readonly scan: PendingScan;
  readonly answered: Promise<string>;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: unknown) => void;
};

/** Answers the lanes of a batch; only ever called after its commit. @returns those to be decided again */
type Tell = () => readonly Waiting[];

type Committed = {
  readonly event: OpenEvent;
  readonly epoch: string;
  readonly placed: readonly PendingScan[];
  readonly outcomes: readonly Outcome[];
  readonly state: Pick<StoreState, 'committed' | 'markOf'>;
  /** Of each new scan of the batch; null: somebody else was faster with its ticket. */
  readonly revisions: readonly (number | null)[];
};

export function createAuthority(deps: {
  readonly catalogue: Catalogue;
  readonly store: ClaimStore;
  readonly state: StoreState;
  readonly now: Clock;
  /** Told of each new verdict after its commit; must not throw. */
  readonly onDecided: (decided: readonly Decided[]) => void;
}): Authority {
  const queues = new Map<number, EventQueue>();
  return {
    scan(eventNumber, scan) {
      let queue = queues.get(eventNumber);
      if (queue === undefined) {
        queue = new EventQueue(eventNumber, deps);
        queues.set(eventNumber, queue);
      }
      return queue.add(scan);
    },
    async drain() {
      await Promise.all([...queues.values()].map((queue) => queue.drain()));
    },
  };
}

class EventQueue {
  readonly #eventNumber: number;
  readonly #deps: Parameters<typeof createAuthority>[0];
  #waiting: Waiting[] = [];
  /** Scans under way by device and scanId: a repeat that overtakes its answer shares it. */
  readonly #underway = new Map<string, Waiting>();
  readonly #busyTickets = new Set<number>();
  readonly #batches = new Set<Promise<void>>();
  /** Scans in batches under way. */
  #deciding = 0;
  #isScheduled = false;

  constructor(eventNumber: number, deps: Parameters<typeof createAuthority>[0]) {
    this.#eventNumber = eventNumber;
    this.#deps = deps;
  }

  add(scan: PendingScan): Promise<string> {
    const key = `${scan.device}\n${scan.scanId}`;
    const twin = this.#underway.get(key);
    if (twin !== undefined) {
      return isSameScan(twin.scan, scan) ? twin.answered : Promise.reject(scanIdReused());
    }
    if (this.#underway.size >= QUEUE_MAX) {
      return Promise.reject(new HttpProblem('unavailable', { retryAfterSeconds: 1 }));
    }
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiting = { scan, answered: promise, resolve, reject };
    this.#underway.set(key, waiting);
    this.#waiting.push(waiting);
    this.#schedule();
    return promise.finally(() => this.#underway.delete(key));
  }

  async drain(): Promise<void> {
    while (this.#batches.size > 0 || this.#waiting.length > 0) {
      await Promise.all(this.#batches);
      await new Promise(setImmediate);
    }
  }

  /** Waits for the end of this turn of the event loop: what arrives together is decided together. */
  #schedule(): void {
    if (this.#isScheduled || !mayStart(this.#rush())) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #rush(): Rush {
    return {
      waiting: this.#waiting.length,
      batches: this.#batches.size,
      deciding: this.#deciding,
    };
  }

  #start(): void {
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#deciding += batch.length;
    const run = this.#run(batch).finally(() => {
      this.#batches.delete(run);
      this.#deciding -= batch.length;
      for (const { scan } of batch) {
        if (scan.lookup.kind === 'serial') this.#busyTickets.delete(scan.lookup.serial);
      }
      if (this.#waiting.length > 0) this.#schedule();
    });
    this.#batches.add(run);
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** The longest-waiting scans whose tickets no other batch is deciding. */
  #take(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const mine = new Set<number>();
    const max = batchMax(this.#rush());
    for (const waiting of this.#waiting) {
      const { lookup } = waiting.scan;
      const serial = lookup.kind === 'serial' ? lookup.serial : null;
      const isBusy = serial !== null && this.#busyTickets.has(serial) && !mine.has(serial);
      if (isBusy || batch.length >= max) left.push(waiting);
      else {
        batch.push(waiting);
        if (serial !== null) {
          mine.add(serial);
          this.#busyTickets.add(serial);
        }
      }
    }
    this.#waiting = left;
    return batch;
  }

  async #run(all: readonly Waiting[]): Promise<void> {
    let batch = all;
    try {
      const isInCell = (await this.#deps.catalogue.get(this.#eventNumber)).cell !== undefined;
      const attemptsMax = isInCell ? ATTEMPTS_IN_CELL_MAX : ATTEMPTS_MAX;
      for (let attempt = 1; attempt <= attemptsMax; attempt++) {
        const tell = await this.#attempt(batch, !isInCell && attempt >= ALONE_FROM);
        batch = tell?.() ?? batch;
        if (batch.length === 0) return;
      }
      throw new HttpProblem('unavailable', { retryAfterSeconds: 1 });
    } catch (error) {
      const isOfOneScan = !(error instanceof HttpProblem) && !isDatabaseAway(error);
      if (isOfOneScan && batch.length > 1) {
        // A bug that one scan has met must not refuse all that came with it.
        for (const waiting of batch) await this.#run([waiting]);
      } else {
        for (const waiting of batch) waiting.reject(error);
      }
    }
  }

  async #attempt(batch: readonly Waiting[], isAlone: boolean): Promise<Tell | null> {
    const { catalogue, store } = this.#deps;
    const number = this.#eventNumber;
    if (!isAlone) return await this.#decide(batch, store, async () => await catalogue.get(number));
    return await store.alone(number, (statements, client) =>
      this.#decide(batch, statements, async () => await catalogue.reload(number, client)),
    );
  }

  /**
   * @returns how to tell the lanes, once it is committed; null when what the batch was decided on has
   *   changed: nothing was written, decide again
   */
  async #decide(
    batch: readonly Waiting[],
    statements: ClaimStatements,
    findEvent: () => Promise<OpenEvent>,
  ): Promise<Tell | null> {
    const { catalogue, now } = this.#deps;
    const event = await findEvent();
    const state = event.cell?.state ?? this.#deps.state;
    const store = event.cell?.statements ?? statements;
    const epoch = state.servingEpoch();
    // Its fence is raised whenever that changes, so a batch that began before commits nothing after.
    if (!event.isHere) throw new NotAuthorityError(event);
    const placed = batch.map(({ scan }) => placedIn(event, scan));
    const { serials, findingOf } = await lookUpScans(store, event, placed);
    const asks = placed.map((scan, index) => ({
      device: scan.device,
      scanId: scan.scanId,
      checkpoint: scan.checkpoint,
      serial: serials[index] ?? null,
    }));
    const known = state.knownRevision(this.#eventNumber);
    const snapshot = await store.read(event, asks);
    if (snapshot.revision < known) {
      const went = `from revision ${known} to ${snapshot.revision}`;
      await state.beginRebuild(`the store under this server has gone back ${went}`, {
        event: this.#eventNumber,
        revision: known,
      });
      return null;
    }
    if (snapshot.fence !== event.fence) {
      await catalogue.reload(this.#eventNumber);
      return null;
    }
    const scans = placed.map((scan, index) => ({ scan, finding: findingOf(index, snapshot) }));
    const { outcomes, batch: writes } = decideBatch(event, snapshot, scans, now());
    let revisions: readonly (number | null)[] = [];
    if (writes.scans.length > 0) {
      const committed = await store.commit(event, epoch, writes);
      if (committed === 'stale') {
        await state.refresh();
        return null;
      }
      revisions =
        typeof committed === 'number'
          ? writes.scans.map((_, index) => committed + index + 1)
          : committed;
    }
    return () => this.#tell(batch, { event, epoch, placed, outcomes, state, revisions });
  }

  #tell(batch: readonly Waiting[], committed: Committed): readonly Waiting[] {
    const { event, epoch, placed, outcomes, state, revisions } = committed;
    const last = Math.max(0, ...revisions.map((revision) => revision ?? 0));
    if (last > 0) state.committed(this.#eventNumber, last);
    const decided: Decided[] = [];
    const again: Waiting[] = [];
    outcomes.forEach((outcome, index) => {
      const waiting = batch[index];
      const scan = placed[index];
      if (waiting === undefined || scan === undefined) return;
      if (outcome.kind === 'reused') waiting.reject(scanIdReused());
      else if (outcome.kind === 'stored') {
        const mark = state.markOf(this.#eventNumber, epoch, outcome.revision);
        waiting.resolve(numbered(outcome.answer, epoch, outcome.revision, mark));
      } else {
        const revision = revisions[outcome.index] ?? null;
        if (revision === null) {
          again.push(waiting);
          return;
        }
        const mark = state.markOf(this.#eventNumber, epoch, revision);
        waiting.resolve(numbered(outcome.answer, epoch, revision, mark));
        decided.push({ event, scan, outcome, revision });
      }
    });
    if (decided.length > 0) this.#deps.onDecided(decided);
    return again;
  }
}
