// The claim store on etcd. A batch is decided on what this node knows and written in one transaction, in which
// each ticket is a transaction of its own: it compares the ticket, its claim and its scans with what the batch
// was decided on, writes them if they are as they were, and else answers how they are now. So one ticket that
// somebody else was faster with costs the rest of the batch nothing, and no reading goes before a writing.
import type { OpenEvent } from '#server/entry/catalogue.ts';
import type { Ask, Batch, ClaimStatements, Medium } from '#server/entry/claim-store.ts';
import type { Fact, Snapshot } from '#server/entry/snapshot.ts';
import { ticketOf } from '#server/entry/ticket-row.ts';
import { type Basis, partsOf, type TicketWrite } from './batch-writes.ts';
import type { Etcd } from './etcd.ts';
import { cellAway } from './etcd-error.ts';
import { type Entry, type EventMirror, entryOf } from './mirror.ts';
import {
  type ClaimValue,
  type EventKeys,
  inChunks,
  type MediumValue,
  numberOf,
  readValue,
  type ScanValue,
  scanNumber,
  type TicketValue,
  ticketRowOf,
} from './records.ts';
import { get, isAt, isWrittenLess, put, type TxnAnswer } from './wire.ts';

const READS_MAX = 120;
const CAUGHT_UP_WITHIN_MS = 400;
const NOT_THERE: Entry = { modRevision: 0, kv: null };

export class CellStatements implements ClaimStatements {
  readonly #etcd: Etcd;
  readonly #keys: EventKeys;
  readonly #mirror: EventMirror;
  readonly #reached: (revision: number, withinMs: number) => Promise<boolean>;

  constructor(
    etcd: Etcd,
    keys: EventKeys,
    mirror: EventMirror,
    reached: (revision: number, withinMs: number) => Promise<boolean>,
  ) {
    this.#etcd = etcd;
    this.#keys = keys;
    this.#mirror = mirror;
    this.#reached = reached;
  }

  async read(event: OpenEvent, asks: readonly Ask[]): Promise<Snapshot> {
    const { entryEpoch } = event;
    const places = asks.map(({ serial, checkpoint }) =>
      serial === null
        ? null
        : {
            ticketKey: this.#keys.ticket(serial),
            claimKey: this.#keys.claim({ entryEpoch, checkpoint, serial }),
          },
    );
    const needed = places.flatMap((place) => (place === null ? [] : Object.values(place)));
    const fetched = await this.#fetchMissing(needed);
    const entry = (key: string) => this.#mirror.entry(key) ?? fetched.get(key) ?? NOT_THERE;
    const { inside, pulse, revision } = this.#mirror;
    const minute = this.#mirror.lastMinute();
    const entered = this.#mirror.entered(minute);
    const scopes = [...event.scopeIndex.keys()];
    // Taken together, in one turn: what people are counted from and how stale that can be.
    return {
      revision: numberOf({ base: this.#base() }, revision, 0),
      fence: this.#mirror.head?.modRevision ?? event.fence,
      inside: scopes.map((scope) => inside.get(scope) ?? 0),
      minute,
      thisMinute: scopes.map((scope) => entered.get(scope) ?? 0),
      pulse,
      facts: asks.map(({ device, scanId }, index) => {
        const place = places[index] ?? null;
        const basis =
          place === null
            ? null
            : { ...place, ticket: entry(place.ticketKey), claim: entry(place.claimKey) };
        return this.#factOf(this.#mirror.entry(this.#keys.scan(device, scanId)), basis);
      }),
    };
  }

  async commit(
    event: OpenEvent,
    epoch: string,
    batch: Batch,
  ): Promise<'stale' | readonly (number | null)[]> {
    const { head } = this.#mirror;
    if (head === null || head.modRevision !== event.fence || head.value.epoch !== epoch) {
      await this.#readHead();
      return 'stale';
    }
    const revisions: (number | null)[] = batch.scans.map(() => null);
    let pulses = 0;
    for (const [nth, { writes, hasMoved }] of partsOf(
      this.#keys,
      event.entryEpoch,
      batch,
    ).entries()) {
      const guard = [
        isAt(this.#keys.head, String(head.modRevision)),
        isWrittenLess(this.#keys.pulse, batch.pulseMax + pulses + 1),
      ];
      const ops = writes.map(({ op }) => op);
      // Nothing but refusals moves nobody.
      const success = hasMoved ? [...ops, put(this.#keys.pulse, '')] : ops;
      const failure = [get(this.#keys.head), get(this.#keys.pulse)];
      const answer = await this.#etcd.txn(guard, success, failure);
      if (!answer.succeeded) {
        await this.#catchUp(answer);
        if (nth === 0) return 'stale';
        break;
      }
      pulses += hasMoved ? 1 : 0;
      writes.forEach((write, index) => {
        const done = answer.parts[index]?.nested;
        if (done?.succeeded === true) this.#noteWon(write, answer.revision, revisions);
        else if (done != null) this.#noteLost(write, done);
      });
    }
    return revisions;
  }

  async findMedia(
    _event: OpenEvent,
    hashes: readonly Uint8Array[],
  ): Promise<ReadonlyMap<string, Medium>> {
    const byKey = new Map(
      hashes.map((hash) => {
        const hex = Buffer.from(hash).toString('hex');
        return [this.#keys.medium(hex), hex];
      }),
    );
    const found = new Map<string, Medium>();
    for (const keys of inChunks([...byKey.keys()], READS_MAX)) {
      const { kvs } = await this.#etcd.getMany(keys);
      for (const [key, kv] of kvs) found.set(byKey.get(key) ?? '', readValue<MediumValue>(kv));
    }
    return found;
  }

  #base(): number {
    return this.#mirror.head?.value.base ?? 0;
  }

  async #readHead(): Promise<void> {
    const { kvs } = await this.#etcd.getMany([this.#keys.head]);
    for (const kv of kvs.values()) this.#mirror.takeHead(kv);
  }

  /** Until what was in the way has arrived here. */
  async #catchUp(answer: TxnAnswer): Promise<void> {
    const kvs = answer.parts.flatMap((part) => part.kvs);
    for (const kv of kvs) if (kv.key === this.#keys.head) this.#mirror.takeHead(kv);
    const there = Math.max(0, ...kvs.map((kv) => Number(kv.modRevision)));
    if (await this.#reached(there, CAUGHT_UP_WITHIN_MS)) return;
    throw cellAway('what others decided does not arrive here');
  }

  /** By the nearest member: what it has not heard of yet is found out when it is written. */
  async #fetchMissing(keys: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
    const missing = [...new Set(keys)].filter((key) => this.#mirror.entry(key) === undefined);
    const fetched = new Map<string, Entry>();
    const reads = inChunks(missing, READS_MAX).map(async (chunk) => {
      const { kvs } = await this.#etcd.getMany(chunk, true);
      for (const key of chunk) {
        const entry = entryOf(kvs.get(key));
        fetched.set(key, entry);
        this.#mirror.keep(key, entry);
      }
    });
    await Promise.all(reads);
    return fetched;
  }

  #factOf(scan: Entry | undefined, basis: Basis | null): Fact {
    const stored = scan?.kv == null ? null : readValue<ScanValue>(scan.kv);
    const row = basis?.ticket.kv == null ? null : readValue<TicketValue>(basis.ticket.kv);
    const claim = basis?.claim.kv == null ? null : readValue<ClaimValue>(basis.claim.kv);
    return {
      stored:
        stored === null || scan === undefined
          ? null
          : {
              codeHash: Buffer.from(stored.code_hash.slice(2), 'hex'),
              direction: stored.direction,
              answer: stored.answer,
              revision: scanNumber(this.#base(), stored, scan.modRevision),
              annulledAt: stored.annulled_at === undefined ? null : new Date(stored.annulled_at),
            },
      ticket: row === null ? null : ticketOf(ticketRowOf(row)),
      crossings: claim?.crossings ?? [],
      claimRevision: basis?.claim.modRevision ?? 0,
      basis,
    };
  }

  #noteWon({ scans, claimed }: TicketWrite, revision: string, revisions: (number | null)[]): void {
    for (const index of scans.keys()) {
      revisions[index] = numberOf({ base: this.#base() }, revision, index + 1);
    }
    if (claimed === null) return;
    const kv = { key: claimed.key, value: claimed.text, modRevision: revision, version: '' };
    this.#mirror.keep(claimed.key, { modRevision: Number(revision), kv });
  }

  #noteLost({ basis, scans }: TicketWrite, done: TxnAnswer): void {
    const kvs = new Map(done.parts.flatMap((part) => part.kvs).map((kv) => [kv.key, kv]));
    for (const key of scans.values()) {
      const kv = kvs.get(key);
      // One that is not there may be there any moment: only what was found is kept.
      if (kv !== undefined) this.#mirror.keep(key, entryOf(kv));
    }
    if (basis === null) return;
    for (const key of [basis.ticketKey, basis.claimKey]) {
      if (!kvs.has(key)) this.#mirror.forget(key);
      this.#mirror.keep(key, entryOf(kvs.get(key)));
    }
  }
}
