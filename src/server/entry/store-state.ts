// Is this the claim store that lanes have seen, or an older one come back? Every answer carries
// (epoch, revision); whoever has seen more than we have proves that we are behind, and then we decide
// nothing until journals have filled the gap (design §2, "Claim store").
import type { Pool } from 'pg';
import { type Behind, judgeWitness } from '#domain/sync/witness.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Log } from '#server/platform/log.ts';
import {
  beginEpoch,
  type EpochEnds,
  type Judge,
  loadStore,
  revisionOf,
  type StoreRow,
  stopElsewhere,
  stopServing,
} from './epochs.ts';

export type Seen = { readonly epoch: string; readonly revision: number; readonly mark: string };

export type StoreState = {
  /** @throws HttpProblem `store-behind` while the store is being rebuilt */
  servingEpoch(): string;
  current(): StoreRow;
  refresh(): Promise<void>;
  /** Highest revision that this process knows to be committed; 0 for what it has not asked for. */
  knownRevision(eventNumber: number): number;
  committed(eventNumber: number, revision: number): void;
  /** Only a store that holds the master key can have said so: a lane cannot invent what it saw. */
  markOf(eventNumber: number, epoch: string, revision: number): string;
  /** What a caller says it has seen. Stops serving if we should know it and do not. */
  observe(eventNumber: number, seen: Seen): Promise<void>;
  /** The same of a witness that needs no mark. @param who - begins the reason: `a lane` */
  confront(eventNumber: number, seen: Omit<Seen, 'mark'>, who: string): Promise<void>;
  /** Whether whoever saw this saw nothing that this store has not still. */
  hasKept(eventNumber: number, seen: Omit<Seen, 'mark'>): boolean;
  /** @param ifBelow - only if the store has not come so far: the read that showed less was of a server left behind */
  beginRebuild(
    why: string,
    ifBelow?: { readonly event: number; readonly revision: number },
  ): Promise<void>;
  finishRebuild(): Promise<void>;
};

export async function openStoreState(
  pool: Pool,
  masterKey: Uint8Array,
  log: Log,
): Promise<StoreState> {
  await beginEpoch(pool, 'starting');
  const markKey = hmacSha256(masterKey, Buffer.from('kaimen mark 1'));
  const known = new Map<number, number>();
  let { row, ends } = await loadStore(pool);

  async function refresh(): Promise<void> {
    const before = row.epoch;
    const wasServing = row.state === 'serving';
    ({ row, ends } = await loadStore(pool));
    if (wasServing && row.state !== 'serving') await stopElsewhere(pool);
    // Rebuilt by another node: what this one knew of the store before is settled.
    if (row.epoch !== before && ends.get(before) === null) known.clear();
  }

  /** Looks at it again where it can be written down, and stops the store if it is so. */
  async function stop(judge: Judge): Promise<void> {
    const wasServing = row.state === 'serving';
    const found = await stopServing(pool, judge);
    if (found !== null && wasServing) {
      log.error(
        { why: found.why },
        'the claim store is behind: deciding nothing until it is rebuilt',
      );
    }
    await refresh();
  }

  async function confront(
    eventNumber: number,
    seen: Omit<Seen, 'mark'>,
    who: string,
  ): Promise<void> {
    if (seen.epoch !== row.epoch && !ends.has(seen.epoch)) await refresh();
    const isOfNow = seen.epoch === row.epoch;
    const revision = isOfNow ? await revisionOf(pool, eventNumber) : 0;
    if (isOfNow) known.set(eventNumber, revision);
    const judge = (past: Past) => judgeSeen(seen, eventNumber, past, who);
    if (judge({ row, ends, revision }) === null) return;
    await stop(async (past) => {
      const isNow = seen.epoch === past.row.epoch;
      return judge({ ...past, revision: isNow ? await past.revisionOf(eventNumber) : 0 });
    });
  }

  function markOf(eventNumber: number, epoch: string, revision: number): string {
    const message = Buffer.from(`${eventNumber}:${epoch}:${revision}`);
    return Buffer.from(hmacSha256(markKey, message).subarray(0, MARK_BYTES)).toString('base64url');
  }

  return {
    markOf,
    confront,
    refresh,
    current: () => row,
    knownRevision: (eventNumber) => known.get(eventNumber) ?? 0,
    committed(eventNumber, revision) {
      known.set(eventNumber, Math.max(revision, known.get(eventNumber) ?? 0));
    },
    servingEpoch() {
      if (row.state === 'serving') return row.epoch;
      throw storeBehind(row.why);
    },
    async observe(eventNumber, seen) {
      const isOurs = seen.epoch === row.epoch;
      if (isOurs && seen.revision <= (known.get(eventNumber) ?? 0)) return;
      if (seen.mark !== markOf(eventNumber, seen.epoch, seen.revision)) return;
      await confront(eventNumber, seen, 'a lane');
    },
    hasKept(eventNumber, { epoch, revision }) {
      if (epoch === row.epoch) return true;
      const end = endIn(ends, epoch, eventNumber);
      return end != null && revision <= end;
    },
    beginRebuild: (why, ifBelow) => stop(isBelow(why, ifBelow)),
    async finishRebuild() {
      await beginEpoch(pool, 'rebuilt');
      known.clear();
      await refresh();
    },
  };
}

type Past = { readonly row: StoreRow; readonly ends: EpochEnds; readonly revision: number };

function judgeSeen(
  seen: Omit<Seen, 'mark'>,
  event: number,
  { row, ends, revision }: Past,
  who: string,
): Behind | null {
  const endOf = (epoch: string) => endIn(ends, epoch, event);
  return judgeWitness(seen, { epoch: row.epoch, revision, endOf }, who);
}

function isBelow(why: string, than: { event: number; revision: number } | undefined): Judge {
  return async ({ revisionOf: revisionHere }) => {
    const isSo = than === undefined || (await revisionHere(than.event)) < than.revision;
    return isSo ? { why, unknownEpoch: null } : null;
  };
}

const MARK_BYTES = 8;

function endIn(ends: EpochEnds, epoch: string, event: number): number | null | undefined {
  const end = ends.get(epoch);
  return end == null ? end : (end[event] ?? 0);
}

function storeBehind(why: string | null): HttpProblem {
  return new HttpProblem('store-behind', {
    detail: why ?? 'this database is older than what lanes have seen',
    mend: 'lanes go on alone and upload their journals; then run “kaimen reconcile”',
    retryAfterSeconds: 5,
  });
}
