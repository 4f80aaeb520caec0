// The members of the cell themselves: which there are, who leads, how full they are, and what an operator does
// about it. Ids of members have 64 bits and stay text.
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Etcd } from './etcd.ts';
import { cellAway } from './etcd-error.ts';

const WITHIN_MS = 1_000;
/** Rewrites a member's whole file. */
const TIDY_WITHIN_MS = 60_000;

export type Member = {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string | null;
  readonly isLeader: boolean;
  /** False: it did not answer just now. */
  readonly isUp: boolean;
  readonly version: string | null;
  readonly bytes: number | null;
};

export type CellStatus = {
  readonly members: readonly Member[];
  readonly isFull: boolean;
  /** At least one more voter may be lost. */
  readonly hasQuorum: boolean;
  readonly revision: string | null;
};

type Status = {
  header: { member_id: string; revision: string };
  version: string;
  dbSize: string;
  leader: string;
};
type Listed = { ID: string; name?: string; clientURLs?: string[] };

export async function statusOf(etcd: Etcd): Promise<CellStatus> {
  const answers = await Promise.all(
    etcd.members.map(async (member) => ({
      endpoint: member.endpoint,
      status: await ask<Status>(etcd, member.endpoint, '/v3/maintenance/status').catch(() => null),
    })),
  );
  const listed = await membersOf(etcd);
  const byId = new Map(
    answers.flatMap((each) =>
      each.status === null ? [] : [[each.status.header.member_id, each]],
    ) as [string, (typeof answers)[number]][],
  );
  const members = listed.map(({ ID, name = '', clientURLs = [] }): Member => {
    const status = byId.get(ID)?.status ?? null;
    return {
      id: ID,
      name,
      endpoint: byId.get(ID)?.endpoint ?? clientURLs[0] ?? null,
      isUp: status !== null,
      isLeader: status !== null && status.leader === ID,
      version: status?.version ?? null,
      bytes: status === null ? null : Number(status.dbSize),
    };
  });
  const revision = await etcd.head().catch(() => null);
  const alarms = revision === null ? [] : await alarmsOf(etcd);
  return {
    members,
    isFull: alarms.some(({ alarm }) => alarm === 'NOSPACE'),
    hasQuorum: revision !== null,
    revision,
  };
}

/** @throws HttpProblem `unavailable` when nobody knows: no member answers */
async function membersOf(etcd: Etcd): Promise<readonly Listed[]> {
  for (const { endpoint } of etcd.members) {
    const found = await ask<{ members?: Listed[] }>(
      etcd,
      endpoint,
      '/v3/cluster/member/list',
    ).catch(() => null);
    if (found?.members !== undefined) return found.members;
  }
  throw cellAway('none of its members');
}

type Alarm = { memberID: string; alarm: string };

async function alarmsOf(etcd: Etcd): Promise<readonly Alarm[]> {
  const answer = await etcd.call('/v3/maintenance/alarm', { action: 'GET' });
  return (answer as { alarms?: Alarm[] }).alarms ?? [];
}

/** @throws HttpProblem `conflict` for a name that is none of theirs, or a member that does not answer */
export async function moveLeader(etcd: Etcd, to: string): Promise<void> {
  const { members } = await statusOf(etcd);
  const target = members.find(({ name }) => name === to);
  const leader = members.find(({ isLeader }) => isLeader);
  if (target === undefined || !target.isUp) {
    const names = members.filter(({ isUp }) => isUp).map(({ name }) => name);
    throw new HttpProblem('conflict', {
      detail: `${to} is no member of the cell that answers`,
      mend: `those that do: ${names.join(', ')}`,
    });
  }
  if (target.isLeader) return;
  if (leader?.endpoint == null) throw cellAway('nobody leads it just now');
  const body = { targetID: target.id };
  await ask(etcd, leader.endpoint, '/v3/maintenance/transfer-leadership', body);
}

/** Claims pay the way to the leader and back: it belongs where the gates are. @returns whom it moved to */
export async function leadFromVenue(etcd: Etcd): Promise<string | null> {
  const { venue } = etcd.config;
  const { members } = await statusOf(etcd);
  const leader = members.find(({ isLeader }) => isLeader);
  const next = members.find(({ name, isUp }) => isUp && venue.includes(name));
  if (leader === undefined || next === undefined || venue.includes(leader.name)) return null;
  await moveLeader(etcd, next.name);
  return next.name;
}

/**
 * Forgets every past but the present, gives the room back to the disks, one member after the other and the
 * leader last, and takes the alarm of a full cell away.
 */
export async function makeRoom(etcd: Etcd): Promise<CellStatus> {
  const before = await statusOf(etcd);
  if (before.revision === null) throw cellAway('no majority of it');
  const { revision } = before;
  await etcd
    .call('/v3/kv/compaction', { revision, physical: true }, { withinMs: TIDY_WITHIN_MS })
    .catch((error: Error) => {
      // Somebody has just done the same.
      if (!/compacted/.test(error.message)) throw error;
    });
  const last = (each: Member) => (each.isLeader ? 1 : 0);
  for (const member of [...before.members].sort((a, b) => last(a) - last(b))) {
    if (!member.isUp || member.endpoint === null) continue;
    await ask(etcd, member.endpoint, '/v3/maintenance/defragment', {}, TIDY_WITHIN_MS);
  }
  for (const { memberID, alarm } of await alarmsOf(etcd)) {
    await etcd.call('/v3/maintenance/alarm', { action: 'DEACTIVATE', memberID, alarm });
  }
  return await statusOf(etcd);
}

async function ask<T>(
  etcd: Etcd,
  endpoint: string,
  path: string,
  body: unknown = {},
  withinMs = WITHIN_MS,
): Promise<T> {
  const member = etcd.members.find((each) => each.endpoint === endpoint);
  if (member === undefined) throw new Error(`${endpoint} is none of the cell`);
  const signal = AbortSignal.timeout(withinMs);
  return (await member.ask(path, JSON.stringify(body), await etcd.token(), signal)) as T;
}
