// What a node tells a lane that asks for news: a page of the list, controls, everyone's crossings.
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Heard } from '#domain/sync/heard.ts';
import type { ListedTicket } from '#domain/sync/look-up.ts';
import type { Controls } from '#domain/venue/controls.ts';
import type { ServerNode } from './server-node.ts';
import { CHECKPOINT, codeFor, readAtLane } from './simulated-match.ts';

const PAGE_MAX = 4;

export type News = {
  readonly at: Instant;
  readonly listEpoch: string;
  readonly rows: readonly { readonly ticket: Ticket; readonly n: number }[];
  readonly hasMore: boolean;
  readonly controls: Controls;
  readonly entryEpoch: number;
  readonly claims: readonly { readonly serial: number; readonly crossings: readonly Heard[] }[];
  readonly through: { readonly epoch: number; readonly revision: number };
};

export function newsOf(
  node: ServerNode,
  cursor: { readonly epoch: string; readonly n: number } | null,
  through: { readonly epoch: number; readonly revision: number } | null,
): News {
  const { disk } = node;
  const since = cursor?.epoch === disk.listEpoch ? cursor.n : 0;
  const changed = [...disk.listed].filter(([, n]) => n > since).sort((a, b) => a[1] - b[1]);
  const isSame = through?.epoch === disk.logEpoch;
  const from = isSame ? through.revision : 0;
  const claims = [...disk.claims]
    .filter(([key, { revision }]) => revision > from && key.startsWith(`${disk.entryEpoch}/`))
    .map(([key, { crossings }]) => {
      const serial = Number(key.split('/')[2]);
      const heard = crossings
        .filter(({ annulledAt }) => annulledAt === null)
        .map(({ direction, at, gate, isExact }) => {
          return { serial, direction, at, gate, checkpoint: CHECKPOINT, isExact };
        });
      return { serial, crossings: heard };
    });
  return {
    at: node.now(),
    listEpoch: disk.listEpoch,
    rows: changed.slice(0, PAGE_MAX).map(([serial, n]) => {
      const ticket = disk.tickets.get(serial);
      if (ticket === undefined) throw new Error('what is listed is there');
      return { ticket, n };
    }),
    hasMore: changed.length > PAGE_MAX,
    controls: disk.controls,
    entryEpoch: disk.entryEpoch,
    claims,
    through: { epoch: disk.logEpoch, revision: Math.max(disk.revision, from) },
  };
}

export function listedOf(ticket: Ticket): ListedTicket {
  return { ticket, hashes: [readAtLane(codeFor(ticket.serial, ticket.issue)).hash] };
}
