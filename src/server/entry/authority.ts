// The claim authority: every scan of every event queues here, leaves in batches, and is answered only
// after its verdict is committed. One batch at a time decides a given ticket; batches of different
// tickets overlap, so that PostgreSQL works while the next batch is read from the wire.
import type { Finding } from '#domain/entry/decide-scan.ts';
import type { Clock } from '#server/platform/clock.ts';
import { isDatabaseAway } from '#server/platform/database-fault.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { numbered } from './answer.ts';
import { type Catalogue, checkpointOf, type OpenEvent } from './catalogue.ts';
import type { ClaimStore, Medium, Snapshot } from './claim-store.ts';
import { decideBatch, type Outcome, type PendingScan } from './decide-batch.ts';
import type { StoreState } from './store-state.ts';

const BATCH_MAX = 256;
const BATCHES_AT_ONCE_MAX = 2;
const QUEUE_MAX = 20_000;
/** Commits refused in a row before a batch gives up: each means that somebody else moved on. */
const ATTEMPTS_MAX = 50;

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
    if (this.#isScheduled || !this.#mayStart()) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  /** In a rush a batch waits to be worth its round trips; when little happens nothing waits. */
  #mayStart(): boolean {
    const { size } = this.#batches;
    if (size === 0) return true;
    return size < BATCHES_AT_ONCE_MAX && this.#waiting.length >= this.#deciding;
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
    for (const waiting of this.#waiting) {
      const { lookup } = waiting.scan;
      const serial = lookup.kind === 'serial' ? lookup.serial : null;
      const isBusy = serial !== null && this.#busyTickets.has(serial) && !mine.has(serial);
      if (isBusy || batch.length >= BATCH_MAX) left.push(waiting);
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

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        if (await this.#attempt(batch)) return;
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

  /** @returns false when what the batch was decided on has changed: nothing was written, decide again */
  async #attempt(batch: readonly Waiting[]): Promise<boolean> {
    const { catalogue, store, state, now, onDecided } = this.#deps;
    const epoch = state.servingEpoch();
    const event = await catalogue.get(this.#eventNumber);
    const { serials, findingOf } = await this.#lookUp(event, batch);
    const placed = batch.map(({ scan }) => placedIn(event, scan));
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
      await state.beginRebuild(`the store under this server has gone back ${went}`);
      return false;
    }
    if (snapshot.fence !== event.fence) {
      await catalogue.reload(this.#eventNumber);
      return false;
    }
    const scans = placed.map((scan, index) => ({ scan, finding: findingOf(index, snapshot) }));
    const { outcomes, batch: writes } = decideBatch(event, snapshot, scans, now());
    let base = 0;
    if (writes.scans.length > 0) {
      const committed = await store.commit(event, epoch, writes);
      if (committed === 'stale') {
        await state.refresh();
        return false;
      }
      base = committed;
      state.committed(this.#eventNumber, base + writes.scans.length);
    }
    const decided: Decided[] = [];
    outcomes.forEach((outcome, index) => {
      const waiting = batch[index];
      const scan = placed[index];
      if (waiting === undefined || scan === undefined) return;
      if (outcome.kind === 'reused') waiting.reject(scanIdReused());
      else if (outcome.kind === 'stored') {
        const mark = state.markOf(this.#eventNumber, epoch, outcome.revision);
        waiting.resolve(numbered(outcome.answer, epoch, outcome.revision, mark));
      } else {
        const revision = base + outcome.index + 1;
        const mark = state.markOf(this.#eventNumber, epoch, revision);
        waiting.resolve(numbered(outcome.answer, epoch, revision, mark));
        decided.push({ event, scan, outcome, revision });
      }
    });
    if (decided.length > 0) onDecided(decided);
    return true;
  }

  /** Resolves imported codes to tickets; our own carry their serial. */
  async #lookUp(event: OpenEvent, batch: readonly Waiting[]) {
    const hashes = batch.flatMap(({ scan }) =>
      scan.lookup.kind === 'media' ? scan.lookup.hashes : [],
    );
    const media = hashes.length === 0 ? NO_MEDIA : await this.#deps.store.findMedia(event, hashes);
    const mediumOf = ({ scan }: Waiting): Medium | undefined =>
      scan.lookup.kind !== 'media'
        ? undefined
        : scan.lookup.hashes
            .map((hash) => media.get(Buffer.from(hash).toString('hex')))
            .find((medium) => medium !== undefined);
    return {
      serials: batch.map((waiting) =>
        waiting.scan.lookup.kind === 'serial'
          ? waiting.scan.lookup.serial
          : (mediumOf(waiting)?.serial ?? null),
      ),
      findingOf: (index: number, snapshot: Snapshot): Finding => {
        const waiting = batch[index];
        const ticket = snapshot.facts[index]?.ticket ?? null;
        if (waiting === undefined) throw new Error('a finding belongs to a scan of the batch');
        const { lookup } = waiting.scan;
        if (lookup.kind === 'none') return lookup;
        if (lookup.kind === 'serial') {
          // An issue that the store has not made yet: the store is older than the code, which still leads out.
          const isAhead = lookup.issue > (ticket?.issue ?? 0) && waiting.scan.direction === 'in';
          if (ticket === null || isAhead) return { kind: 'none', reason: 'unknown' };
          return { kind: 'ticket', ticket, isCurrent: lookup.issue === ticket.issue };
        }
        const medium = mediumOf(waiting);
        if (medium !== undefined && ticket !== null) {
          return { kind: 'ticket', ticket, isCurrent: medium.isCurrent };
        }
        return { kind: 'none', reason: lookup.isOutlineKnown ? 'unknown' : 'unreadable' };
      },
    };
  }
}

const NO_MEDIA: ReadonlyMap<string, Medium> = new Map();

/** A corrected file may have moved the gate to another perimeter since the scan came in. */
function placedIn(event: OpenEvent, scan: PendingScan): PendingScan {
  const checkpoint = checkpointOf(event, scan.gate);
  return checkpoint === scan.checkpoint ? scan : { ...scan, checkpoint };
}

function isSameScan(a: PendingScan, b: PendingScan): boolean {
  return a.direction === b.direction && Buffer.compare(a.codeHash, b.codeHash) === 0;
}

function scanIdReused(): HttpProblem {
  return new HttpProblem('scan-id-reused', {
    detail: 'this scanId already has an answer for another code or direction',
    mend: 'give each scan an id of its own, and repeat a scan with all of its fields unchanged',
  });
}
