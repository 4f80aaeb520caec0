// One event of the cell, as the program of a claim asks it.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Ground } from '#domain/venue/match-event.ts';
import type { EventCell } from '#server/entry/event-cell.ts';
import type { EventKey } from '#server/entry/event-key.ts';
import type { ClaimKey } from '#server/entry/note-conflicts.ts';
import type { Seen } from '#server/entry/store-state.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Log } from '#server/platform/log.ts';
import type { Etcd } from './etcd.ts';
import { cellAway } from './etcd-error.ts';
import { EventWrites } from './event-writes.ts';
import { writeHead } from './feeder.ts';
import type { Follower } from './follower.ts';
import { type EventKeys, type Head, readValue, revisionUpTo } from './records.ts';
import { CellStatements } from './statements.ts';

const MARK_BYTES = 8;

export type EventParts = {
  readonly etcd: Etcd;
  readonly keys: EventKeys;
  readonly follower: Follower;
  readonly log: Log;
};

type MarkOf = (event: number, epoch: string, revision: number) => string;
type Change = (before: readonly Crossing[]) => readonly Crossing[] | null;

export function eventCellOf(parts: EventParts, key: EventKey): EventCell {
  const { etcd, keys, follower } = parts;
  const { mirror } = follower;
  const writes = new EventWrites(etcd, keys);
  const markOf = markerOf(key);
  const reached = (revision: number, withinMs: number) => follower.reached(revision, withinMs);
  return {
    statements: new CellStatements(etcd, keys, mirror, reached),
    state: {
      markOf,
      servingEpoch() {
        const head = mirror.head?.value;
        if (!follower.isReady || head === undefined) throw cellAway('it is not loaded yet');
        if (head.why !== null) throw storeBehind(head.why);
        return head.epoch;
      },
      // A cell that has gone back is found out by its own numbers, not by how far this node has heard.
      knownRevision: () => 0,
      committed: () => {},
      refresh: async () => {},
      beginRebuild: (why) => stopServing(parts, why),
    },
    observe: (seen) => observe(parts, key.number, seen, markOf),
    change: (ground: Ground, place: ClaimKey, gate: string, change: Change) =>
      writes.change(ground, place, gate, change),
    count: (id, scopes, inside) => writes.count(id, scopes, inside),
    keepScans: (rows) => writes.keepScans(rows),
    findScan: (device, scanId) => writes.findScan({ device, scanId }),
    annul: (ground: Ground, scan, at: Instant, change: Change) =>
      writes.annul(ground, scan, at, change),
  };
}

/** Every decider makes the same marks: their key comes from the event's, which all of them have. */
function markerOf(key: EventKey): MarkOf {
  const markKey = hmacSha256(key.secret, Buffer.from('kaimen cell mark 1'));
  return (event, epoch, revision) => {
    const message = Buffer.from(`${event}:${epoch}:${revision}`);
    return Buffer.from(hmacSha256(markKey, message).subarray(0, MARK_BYTES)).toString('base64url');
  };
}

/** A lane that has seen more than the cell holds proves that the cell is an older copy. */
async function observe(
  parts: EventParts,
  event: number,
  seen: Seen,
  markOf: MarkOf,
): Promise<void> {
  const { mirror } = parts.follower;
  const head = mirror.head?.value;
  if (head === undefined || head.why !== null || seen.epoch !== head.epoch) return;
  const needed = revisionUpTo(head, seen.revision);
  if (needed <= mirror.revision || seen.mark !== markOf(event, seen.epoch, seen.revision)) return;
  const there = Number(await parts.etcd.head());
  if (needed <= there) return;
  await stopServing(parts, `a lane has seen revision ${needed}, the cell is at ${there}`);
}

async function stopServing({ etcd, keys, log }: EventParts, why: string): Promise<void> {
  const { kvs } = await etcd.getMany([keys.head]);
  const kv = kvs.get(keys.head);
  if (kv === undefined) return;
  const head = readValue<Head>(kv);
  if (head.why === null) await writeHead(etcd, keys, kv, { ...head, why });
  log.error({ why }, 'the cell is behind: deciding nothing until it is loaded anew');
}

function storeBehind(why: string): HttpProblem {
  return new HttpProblem('store-behind', {
    detail: why,
    mend: 'lanes go on alone and upload their journals; then run “kaimen cell load EVENT --anew”',
    retryAfterSeconds: 5,
  });
}
