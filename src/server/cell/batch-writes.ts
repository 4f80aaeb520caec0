// A batch as it is written: in parts, each a transaction, each ticket a transaction of its own within. What a ticket
// is compared with is what it was read at, however much has been heard of it since.
import type { Batch, ClaimRecord, ScanRecord } from '#server/entry/claim-store.ts';
import { PEOPLE_PER_PULSE_MAX } from '#server/entry/claim-store.ts';
import type { Entry } from './mirror.ts';
import {
  type ClaimValue,
  type EventKeys,
  plusPeople,
  readValue,
  type ScanValue,
} from './records.ts';
import { get, isAt, nested, type Op, put } from './wire.ts';

/**
 * etcd takes 128 operations (--max-txn-ops), counted along the deepest nesting: a part of a batch has at most
 * {@link PEOPLE_PER_PULSE_MAX} tickets, each with its scans, its claim and what it is compared with.
 */
const SCANS_PER_TICKET_MAX = 24;

/** What a scan was decided on. */
export type Basis = {
  readonly ticketKey: string;
  readonly claimKey: string;
  readonly ticket: Entry;
  readonly claim: Entry;
};

type Group = {
  readonly basis: Basis | null;
  readonly claim: ClaimRecord | null;
  readonly scans: { readonly record: ScanRecord; readonly index: number; readonly key: string }[];
};

export type TicketWrite = {
  readonly basis: Basis | null;
  /** Keys of its scans, by their place in the batch. */
  readonly scans: ReadonlyMap<number, string>;
  readonly claimed: { readonly key: string; readonly text: string } | null;
  readonly op: Op;
};

export type Part = { readonly writes: readonly TicketWrite[]; readonly hasMoved: boolean };

export function partsOf(keys: EventKeys, entryEpoch: number, batch: Batch): Part[] {
  return inParts(groupsOf(keys, batch)).map((groups) => ({
    writes: groups.map((group) => writeOf(group, entryEpoch, batch.minute)),
    hasMoved: groups.some(({ claim }) => claim !== null),
  }));
}

/** A ticket of the batch with its scans: all of it, or how it stands now. */
function writeOf({ basis, claim, scans }: Group, entryEpoch: number, minute: number): TicketWrite {
  const compare = scans.map(({ key }) => isAt(key, '0'));
  const success = scans.map(({ record, index, key }) =>
    put(key, scanText(record, entryEpoch, index, minute)),
  );
  const failure = scans.map(({ key }) => get(key));
  const byIndex = new Map(scans.map(({ index, key }) => [index, key]));
  if (basis === null) {
    return { basis, scans: byIndex, claimed: null, op: nested(compare, success, failure) };
  }
  const { ticketKey, claimKey } = basis;
  compare.push(isAt(ticketKey, String(basis.ticket.modRevision)));
  compare.push(isAt(claimKey, String(basis.claim.modRevision)));
  failure.push(get(ticketKey), get(claimKey));
  const text = claim === null ? null : claimText(basis, scans, claim);
  if (text !== null) success.push(put(claimKey, text));
  const claimed = text === null ? null : { key: claimKey, text };
  return { basis, scans: byIndex, claimed, op: nested(compare, success, failure) };
}

function claimText({ claim: known }: Basis, scans: Group['scans'], claim: ClaimRecord): string {
  const before = known.kv === null ? {} : readValue<ClaimValue>(known.kv).people;
  const value: ClaimValue = {
    crossings: claim.crossings,
    people: scans.reduce((sum, { record }) => plusPeople(sum, record.people ?? {}), before),
    i: scans.at(-1)?.index ?? 0,
  };
  return JSON.stringify(value);
}

function scanText(record: ScanRecord, entryEpoch: number, index: number, minute: number): string {
  const { people, scopes, basis: _, ...kept } = record;
  const isEntry = people !== undefined && record.direction === 'in';
  const value: ScanValue = {
    ...kept,
    entry_epoch: entryEpoch,
    i: index,
    ...(isEntry ? { minute, scopes: scopes ?? [] } : {}),
  };
  return JSON.stringify(value);
}

/** Scans of one ticket stand or fall together: each was decided on the one before. */
function groupsOf(keys: EventKeys, batch: Batch): Group[] {
  const claims = new Map(
    batch.claims.map((claim) => [`${claim.checkpoint}/${claim.serial}`, claim]),
  );
  const groups = new Map<string, Group>();
  batch.scans.forEach((record, index) => {
    const basis = (record.basis ?? null) as Basis | null;
    const claim = claims.get(`${record.checkpoint}/${record.serial}`) ?? null;
    const name = basis?.claimKey ?? `scan ${index}`;
    const group = groups.get(name) ?? { basis, claim, scans: [] };
    group.scans.push({ record, index, key: keys.scan(record.device, record.scan_id) });
    groups.set(name, group);
  });
  // So many of one ticket in one batch: they come again when others have been decided.
  return [...groups.values()].filter(({ scans }) => scans.length <= SCANS_PER_TICKET_MAX);
}

/** No part moves more people than that, so that a count is never further off than its pulses say. */
function inParts(groups: readonly Group[]): Group[][] {
  const parts: Group[][] = [];
  let room = 0;
  for (const group of groups) {
    if (room < group.scans.length) {
      parts.push([]);
      room = PEOPLE_PER_PULSE_MAX;
    }
    parts.at(-1)?.push(group);
    room -= group.scans.length;
  }
  return parts;
}
