// What was decided elsewhere, written into the cell before it decides.
import type { Pool, PoolClient } from 'pg';
import { type Crossing, foldCrossings, insideOf } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import { groundOf, scopesCrossed } from '#domain/venue/match-event.ts';
import { type EventFile, matchEventOf } from '#protocol/event-file.ts';
import { SCANS_IN } from '#server/edge/log.ts';
import { type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import type { Etcd } from './etcd.ts';
import { scanValueOf } from './event-writes.ts';
import { type ClaimValue, type EventKeys, inChunks, type Place, peopleOf } from './records.ts';
import { type Compare, type Op, put, removeAll } from './wire.ts';

const OPS_MAX = 100;
const WITHIN = { withinMs: 5_000 };

export type PastRow = {
  readonly file: EventFile;
  readonly entry_epoch: number;
  readonly scopes: readonly string[];
  readonly inside: readonly number[];
  readonly revision: string;
};

/** What was decided before the cell took over, so that it knows every ticket's past and every scan's answer. */
export async function feedDecided(
  pool: Pool,
  etcd: Etcd,
  keys: EventKeys,
  event: number,
  row: PastRow,
  guard: Compare,
): Promise<boolean> {
  const { claims, scans, counted } = await onSnapshot(pool, (client) => pastOf(client, event, row));
  const dropped = ['c', 's', 'x'].map((kind) => removeAll(`${keys.root}${kind}/`));
  if (!(await writeAll(etcd, guard, dropped))) return false;
  return await writeAll(etcd, guard, [
    ...claims.map(({ place, value }) => put(keys.claim(place), JSON.stringify(value))),
    ...scans.map((scan) => put(keys.scan(scan.device, scan.scan_id), JSON.stringify(scan))),
    put(keys.count('before', 'all'), JSON.stringify({ people: counted, i: 0 })),
  ]);
}

/** A new entry epoch begins with what those who had left before it had crossed. */
export async function feedEpoch(
  pool: Pool,
  etcd: Etcd,
  keys: EventKeys,
  event: number,
  entryEpoch: number,
  guard: Compare,
): Promise<boolean> {
  const { rows } = await pool.query<{ checkpoint: string; serial: number; crossings: Crossing[] }>(
    'SELECT checkpoint, serial, crossings FROM claims WHERE event = $1 AND entry_epoch = $2',
    [event, entryEpoch],
  );
  return await writeAll(
    etcd,
    guard,
    rows.map(({ checkpoint, serial, crossings }) => {
      const value: ClaimValue = { crossings, people: {}, i: 0 };
      return put(keys.claim({ entryEpoch, checkpoint, serial }), JSON.stringify(value));
    }),
  );
}

type Past = {
  readonly claims: readonly {
    readonly place: Place;
    readonly value: ClaimValue;
  }[];
  readonly scans: readonly ReturnType<typeof scanValueOf>[];
  /** People whom no claim accounts for. */
  readonly counted: Readonly<Record<string, number>>;
};

async function pastOf(client: PoolClient, event: number, row: PastRow): Promise<Past> {
  const found = await client.query<
    TicketRow & { checkpoint: string; entry_epoch: number; crossings: Crossing[] }
  >(
    `SELECT c.entry_epoch, c.checkpoint, c.crossings, t.* FROM claims c
     JOIN tickets t ON t.event = c.event AND t.serial = c.serial WHERE c.event = $1`,
    [event],
  );
  const ground = groundOf(matchEventOf(row.file));
  const left = new Map(row.scopes.map((scope, index) => [scope, row.inside[index] ?? 0]));
  const claims = found.rows.map(({ entry_epoch: entryEpoch, checkpoint, crossings, ...ticket }) => {
    const inside = insideOf(foldCrossings(crossings, rulesFor(ground, ticketOf(ticket))));
    // By the gate of the first crossing: gates have no inside of their own.
    const scopes = scopesCrossed(ground, ticket.section, crossings[0]?.gate ?? '', ticket.stand);
    const people = peopleOf(scopes, entryEpoch === row.entry_epoch ? inside : 0);
    for (const [scope, n] of Object.entries(people)) left.set(scope, (left.get(scope) ?? 0) - n);
    return {
      place: { entryEpoch, checkpoint, serial: ticket.serial },
      value: { crossings, people, i: 0 },
    };
  });
  const scans = await client.query<{ row: Record<string, unknown> }>(SCANS_IN, [
    event,
    0,
    row.revision,
  ]);
  return {
    claims,
    scans: scans.rows.map((each) => scanValueOf(each.row)),
    counted: Object.fromEntries([...left].filter(([, n]) => n !== 0)),
  };
}

/**
 * Under a guard, because others feed too: what one of them has begun to decide on is not written over.
 *
 * @returns false when the guard no longer holds; some of it may be written
 */
export async function writeAll(etcd: Etcd, guard: Compare, ops: readonly Op[]): Promise<boolean> {
  for (const chunk of inChunks(ops, OPS_MAX)) {
    if (!(await etcd.txn([guard], chunk, [], WITHIN)).succeeded) return false;
  }
  return true;
}
