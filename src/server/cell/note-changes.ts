// What changed claims in the cell beside the scans that were decided there: annulments, journals, admissions by hand.
// Kept in `crossing_history`, as the changes of a match decided at the hub are, so that it can be decided once more.
import type { PoolClient } from 'pg';
import { refold } from '#domain/entry/conflicts.ts';
import type { Crossing } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import { type Ground, scopesCrossed } from '#domain/venue/match-event.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import type { CellEvent } from './mirror.ts';
import {
  type ClaimValue,
  type CountValue,
  type Head,
  numberOf,
  type Place,
  readValue,
  type ScanValue,
} from './records.ts';

type Change = {
  readonly revision: number;
  readonly entry_epoch: number | null;
  readonly checkpoint: string | null;
  readonly serial: number | null;
  readonly crossings: readonly Crossing[] | null;
  readonly scopes: readonly string[];
  readonly inside: number;
};

/** @param events - in the order of the cell; claims in PostgreSQL are still as they were before them */
export async function noteChanges(
  client: PoolClient,
  event: number,
  { head, ground }: { readonly head: Head; readonly ground: Ground },
  events: readonly CellEvent[],
): Promise<void> {
  const changes: Change[] = [];
  const scans = scansByWrite(events);
  const past = new Map<string, readonly Crossing[]>();
  for (const each of events) {
    if (each.what.kind === 'x') changes.push(...countedBy(head, each));
    if (each.what.kind !== 'c') continue;
    const { key, modRevision } = each.kv;
    const { crossings } = readValue<ClaimValue>(each.kv);
    const own = scans.get(modRevision);
    // What its scans did follows from them; this is what they found there.
    const found = crossings.filter(({ device, scan }) => own?.has(`${device}\n${scan}`) !== true);
    const before = past.get(key) ?? (await crossingsBefore(client, event, each, found));
    past.set(key, crossings);
    if (isSame(found, before)) continue;
    const revision = numberOf(head, modRevision, 0);
    const counted = await countedIn(client, event, { head, ground }, each.what, before, found);
    const { entryEpoch: entry_epoch, checkpoint, serial } = each.what;
    changes.push({ revision, entry_epoch, checkpoint, serial, crossings: found, ...counted });
  }
  if (changes.length === 0) return;
  await client.query(
    `INSERT INTO crossing_history
       (event, revision, entry_epoch, checkpoint, serial, crossings, scopes, inside)
     SELECT $1, revision, entry_epoch, checkpoint, serial, crossings, scopes, inside
     FROM json_populate_recordset(NULL::crossing_history, $2::json)`,
    [event, JSON.stringify(changes)],
  );
}

/** By the revision of a write the scans that were decided in it; one written again was decided before. */
function scansByWrite(events: readonly CellEvent[]): ReadonlyMap<string, ReadonlySet<string>> {
  const scans = new Map<string, Set<string>>();
  for (const { what, kv } of events) {
    if (what.kind !== 's') continue;
    const { device, scan_id, revision } = readValue<ScanValue>(kv);
    if (revision !== undefined) continue;
    const own = scans.get(kv.modRevision) ?? new Set();
    scans.set(kv.modRevision, own.add(`${device}\n${scan_id}`));
  }
  return scans;
}

/** A first claim was preceded by nothing, unless what was heard is not all that there was. */
async function crossingsBefore(
  client: PoolClient,
  event: number,
  { what, before }: CellEvent,
  found: readonly Crossing[],
): Promise<readonly Crossing[]> {
  if (before !== null) return readValue<ClaimValue>(before).crossings;
  if (found.length === 0 || what.kind !== 'c') return [];
  const { rows } = await client.query<{ crossings: Crossing[] }>(
    `SELECT crossings FROM claims
     WHERE event = $1 AND entry_epoch = $2 AND checkpoint = $3 AND serial = $4`,
    [event, what.entryEpoch, what.checkpoint, what.serial],
  );
  return rows[0]?.crossings ?? [];
}

/** People whom the change put inside; of an earlier entry epoch none. */
async function countedIn(
  client: PoolClient,
  event: number,
  { head, ground }: { readonly head: Head; readonly ground: Ground },
  { entryEpoch, serial }: Place,
  before: readonly Crossing[],
  after: readonly Crossing[],
): Promise<Pick<Change, 'scopes' | 'inside'>> {
  const { rows } = await client.query<TicketRow>(
    `SELECT ${TICKET_COLUMNS} FROM tickets WHERE event = $1 AND serial = $2`,
    [event, serial],
  );
  const [row] = rows;
  const gate = after.at(-1)?.gate ?? before.at(-1)?.gate;
  if (row === undefined || gate === undefined || entryEpoch !== head.entryEpoch) return NOBODY;
  const { inside } = refold(before, after, rulesFor(ground, ticketOf(row)));
  return { scopes: scopesCrossed(ground, row.section, gate, row.stand), inside };
}

const NOBODY = { scopes: [], inside: 0 };

/** Counted without a ticket: as many in each scope. */
function countedBy(head: Head, { kv, before }: CellEvent): Change[] {
  const { people } = readValue<CountValue>(kv);
  const [inside = 0] = Object.values(people);
  if (before !== null || inside === 0) return [];
  const none = { entry_epoch: null, checkpoint: null, serial: null, crossings: null };
  const revision = numberOf(head, kv.modRevision, 0);
  return [{ revision, ...none, scopes: Object.keys(people), inside }];
}

function isSame(one: readonly Crossing[], other: readonly Crossing[]): boolean {
  return one.length === other.length && one.every((each, n) => textOf(each) === textOf(other[n]));
}

function textOf(crossing: Crossing | undefined): string {
  if (crossing === undefined) return '';
  const { device, scan, gate, lane, at, direction, isExact, annulledAt } = crossing;
  return JSON.stringify([device, scan, gate, lane, at, direction, isExact, annulledAt]);
}
