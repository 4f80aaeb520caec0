// What changes claims in the cell outside of the batches: annulments, journals, the desk. Each reads what it
// changes from a majority, changes it, and writes it if nobody else has in between.
import { type Refolded, refold } from '#domain/entry/conflicts.ts';
import type { Crossing } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type Ground, scopesCrossed } from '#domain/venue/match-event.ts';
import { PEOPLE_PER_PULSE_MAX } from '#server/entry/claim-store.ts';
import type { CellScan } from '#server/entry/event-cell.ts';
import type { ClaimKey } from '#server/entry/note-conflicts.ts';
import { ticketOf } from '#server/entry/ticket-row.ts';
import type { Etcd } from './etcd.ts';
import { cellAway } from './etcd-error.ts';
import {
  type ClaimValue,
  type CountValue,
  type EventKeys,
  type Head,
  inChunks,
  numberOf,
  type People,
  peopleOf,
  plusPeople,
  readValue,
  type ScanValue,
  type TicketValue,
  ticketRowOf,
} from './records.ts';
import { type Compare, get, isAt, type Kv, nested, type Op, put } from './wire.ts';

const ATTEMPTS_MAX = 40;
const WITHIN = { withinMs: 2_000 };
const KEPT_AT_ONCE_MAX = 100;

type Change = (before: readonly Crossing[]) => readonly Crossing[] | null;
type Changed = Refolded & { readonly revision: number };
type ScanId = { readonly device: string; readonly scanId: string };

export class EventWrites {
  readonly #etcd: Etcd;
  readonly #keys: EventKeys;

  constructor(etcd: Etcd, keys: EventKeys) {
    this.#etcd = etcd;
    this.#keys = keys;
  }

  async change(
    ground: Ground,
    key: ClaimKey,
    gate: string,
    change: Change,
    besides: { readonly compare: readonly Compare[]; readonly ops: readonly Op[] } = NOTHING,
  ): Promise<Changed | null> {
    const claimKey = this.#keys.claim(key);
    const ticketKey = this.#keys.ticket(key.serial);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const { kvs } = await this.#etcd.getMany([this.#keys.head, ticketKey, claimKey]);
      const head = headIn(kvs.get(this.#keys.head));
      const ticketKv = kvs.get(ticketKey);
      if (ticketKv === undefined) return null;
      const ticket = ticketOf(ticketRowOf(readValue<TicketValue>(ticketKv)));
      const claimKv = kvs.get(claimKey);
      const claim = claimKv === undefined ? NO_CLAIM : readValue<ClaimValue>(claimKv);
      const after = change(claim.crossings);
      if (after === null) return null;
      const refolded = refold(claim.crossings, after, rulesFor(ground, ticket));
      if (claimKv !== undefined && after === claim.crossings) {
        return { ...refolded, revision: numberOf(head, claimKv.modRevision, claim.i + 1) };
      }
      const isOfNow = key.entryEpoch === head.entryEpoch;
      const scopes = scopesCrossed(ground, ticket.section, gate, ticket.stand);
      const moved = peopleOf(scopes, isOfNow ? refolded.inside : 0);
      const value: ClaimValue = {
        crossings: after,
        people: plusPeople(claim.people, moved),
        i: 0,
      };
      const compare = [
        isAt(this.#keys.head, kvs.get(this.#keys.head)?.modRevision ?? '0'),
        isAt(claimKey, claimKv?.modRevision ?? '0'),
        ...besides.compare,
      ];
      const ops = [put(claimKey, JSON.stringify(value)), ...besides.ops, put(this.#keys.pulse, '')];
      const answer = await this.#etcd.txn(compare, ops, [], WITHIN);
      if (answer.succeeded) return { ...refolded, revision: numberOf(head, answer.revision, 1) };
      if (besides !== NOTHING && !(await this.#isStill(besides.compare))) return null;
    }
    throw cellAway('others change the same ticket without pause');
  }

  async #isStill(compare: readonly Compare[]): Promise<boolean> {
    return (await this.#etcd.txn(compare, [])).succeeded;
  }

  /** @returns false when `change` found nothing to take back */
  async annul(ground: Ground, scan: ScanId, at: Instant, change: Change): Promise<boolean> {
    const key = this.#keys.scan(scan.device, scan.scanId);
    const found = await this.#find(key);
    if (found === null) return false;
    const { value, kv, head } = found;
    const { serial, checkpoint, entry_epoch: entryEpoch } = value;
    if (serial === null || value.annulled_at !== undefined) return false;
    const annulled: ScanValue = {
      ...value,
      annulled_at: new Date(at).toISOString(),
      revision: value.revision ?? numberOf(head, kv.modRevision, value.i + 1),
    };
    const besides = {
      compare: [isAt(key, kv.modRevision)],
      ops: [put(key, JSON.stringify(annulled))],
    };
    const place = { entryEpoch, checkpoint, serial };
    return (await this.change(ground, place, value.gate, change, besides)) !== null;
  }

  async findScan({ device, scanId }: ScanId): Promise<CellScan | null> {
    const found = await this.#find(this.#keys.scan(device, scanId));
    if (found === null) return null;
    const { gate, serial, annulled_at, code_hash, direction, verdict } = found.value;
    const annulledAt = annulled_at === undefined ? null : (Date.parse(annulled_at) as Instant);
    const codeHash = Buffer.from(code_hash.slice(2), 'hex');
    return { gate, serial, annulledAt, codeHash, direction, verdict };
  }

  async #find(key: string): Promise<{ value: ScanValue; kv: Kv; head: Head } | null> {
    const { kvs } = await this.#etcd.getMany([key, this.#keys.head]);
    const kv = kvs.get(key);
    if (kv === undefined) return null;
    return { value: readValue<ScanValue>(kv), kv, head: headIn(kvs.get(this.#keys.head)) };
  }

  /** So many that no limit is passed unseen; a repeat finds them counted. */
  async count(
    { device, scanId }: ScanId,
    scopes: readonly string[],
    inside: number,
  ): Promise<number> {
    let left = inside;
    let revision = 0;
    let part = 0;
    do {
      const now = Math.sign(left) * Math.min(Math.abs(left), PEOPLE_PER_PULSE_MAX);
      const key = this.#keys.count(device, part === 0 ? scanId : `${scanId}+${part}`);
      revision = await this.#countOnce(key, peopleOf(scopes, now));
      left -= now;
      part += 1;
    } while (left !== 0);
    return revision;
  }

  async #countOnce(key: string, people: People): Promise<number> {
    const value: CountValue = { people, i: 0 };
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const { kvs } = await this.#etcd.getMany([this.#keys.head, key]);
      const headKv = kvs.get(this.#keys.head);
      const head = headIn(headKv);
      const known = kvs.get(key);
      if (known !== undefined) return numberOf(head, known.modRevision, 1);
      const compare = [isAt(this.#keys.head, headKv?.modRevision ?? '0'), isAt(key, '0')];
      const ops = [put(key, JSON.stringify(value)), put(this.#keys.pulse, '')];
      const answer = await this.#etcd.txn(compare, ops, [], WITHIN);
      if (answer.succeeded) return numberOf(head, answer.revision, 1);
    }
    throw cellAway('others change the event without pause');
  }

  async keepScans(rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    for (const chunk of inChunks(rows, KEPT_AT_ONCE_MAX)) {
      const ops = chunk.map((row) => {
        const key = this.#keys.scan(String(row['device']), String(row['scan_id']));
        return nested([isAt(key, '0')], [put(key, JSON.stringify(scanValueOf(row)))], [get(key)]);
      });
      await this.#etcd.txn([], ops, [], WITHIN);
    }
  }
}

const NOTHING = { compare: [], ops: [] } as const;
const NO_CLAIM: ClaimValue = { crossings: [], people: {}, i: 0 };

/** @throws HttpProblem `unavailable` when the cell does not decide it */
function headIn(kv: Kv | undefined): Head {
  const head = kv === undefined ? null : readValue<Head>(kv);
  if (head === null || head.decides === null) throw cellAway('it does not decide this event');
  return head;
}

/** A row as {@link SCANS_IN} of the log writes it. */
export function scanValueOf(row: Readonly<Record<string, unknown>>): ScanValue {
  const { answer_text, annulled_at, event: _, ...kept } = row;
  return {
    ...(kept as Omit<ScanValue, 'i' | 'answer'>),
    i: 0,
    answer: String(answer_text),
    revision: Number(row['revision']),
    ...(annulled_at == null ? {} : { annulled_at: String(annulled_at) }),
  };
}
