// Decisions of events that another node decides, followed as they are made: what lanes here hear of, and what
// this node has ready if it is to decide next.
import { type LogReceipt, logAnswer } from '#protocol/edge.ts';
import { CELL } from '#server/entry/catalogue.ts';
import { NoAnswerError } from '#server/platform/http/caller.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { replayLeftovers } from '#server/sync/replay.ts';
import { announce } from './announce.ts';
import { sendLateScans } from './late-scans.ts';
import type { Link } from './link.ts';
import { applyLog, dropLog, headOf } from './log.ts';
import { takeOver } from './move-authority.ts';
import type { Nodes } from './nodes.ts';

const PAGE_WITHIN_MS = 5_000;

type Followed = { readonly event: number; readonly authority: string };

/** @param hubHas - what the hub said last that it has of each event: asked only for what is new there */
export async function followLogs(
  context: ServerContext,
  nodes: Nodes,
  hubHas: ReadonlyMap<number, LogReceipt>,
): Promise<void> {
  const { rows } = await context.pool.query<Followed>(
    `SELECT e.number AS event, e.authority FROM events e
     JOIN claim_heads h ON h.event = e.number
     WHERE h.deciding_epoch IS NULL AND e.status <> 'archived' ORDER BY e.number`,
  );
  for (const { event, authority } of rows) {
    // This node follows it itself.
    if (authority === CELL && context.cell !== null) continue;
    const near = authority === 'hub' ? null : nodes.find(authority);
    const isFollowed = near !== null && !near.isDown && (await tryFollow(context, near, event));
    if (!isFollowed && nodes.hub !== null && (await isBehind(context, event, hubHas))) {
      await tryFollow(context, nodes.hub, event);
    }
    if (authority === context.self) await beginDeciding(context, event);
  }
}

/** @returns false when that node does not answer */
async function tryFollow(context: ServerContext, source: Link, event: number): Promise<boolean> {
  try {
    while (await followOnce(context, source, event)) {
      // Pages follow until there are no more.
    }
    return true;
  } catch (error) {
    if (error instanceof NoAnswerError) return false;
    throw error;
  }
}

/** @returns whether there may be more */
async function followOnce(context: ServerContext, source: Link, event: number): Promise<boolean> {
  const head = await headOf(context.pool, event);
  const query = new URLSearchParams({
    after: `${head.revision}`,
    epoch: `${head.epoch}`,
    ...(head.store === null ? {} : { store: head.store }),
  });
  const path = `/api/v1/edge/events/${event}/log?${query}`;
  const { reset, page } = await source.ask(logAnswer, { path, timeoutMs: PAGE_WITHIN_MS });
  if (reset) {
    // Nothing that happened is dropped before whoever decides now has it.
    await sendLateScans(context.pool, source, event, head);
    context.log.warn(
      { event },
      'decisions of an authority that was given up are followed no longer',
    );
    return await inTransaction(context.pool, async (client) => {
      // Whoever decides follows nobody: this was asked before it did.
      const { decidingEpoch } = await headOf(client, event, true);
      if (decidingEpoch === null) await dropLog(client, event);
      return decidingEpoch === null;
    });
  }
  if (page === null) return false;
  const isSameLog = page.epoch === head.epoch && page.store === head.store;
  if (page.through === page.after && isSameLog) return false;
  const isTaken = await inTransaction(context.pool, (client) => applyLog(client, event, page));
  if (isTaken) announce(context, event, page);
  return isTaken && page.through < page.head;
}

async function isBehind(
  { pool }: ServerContext,
  event: number,
  hubHas: ReadonlyMap<number, LogReceipt>,
): Promise<boolean> {
  const there = hubHas.get(event);
  if (there === undefined) return false;
  const here = await headOf(pool, event);
  return (
    here.revision !== there.revision || here.epoch !== there.epoch || here.store !== there.store
  );
}

async function beginDeciding(context: ServerContext, event: number): Promise<void> {
  const { pool, self, catalogue, bus, log, storeState } = context;
  // What journals still bring belongs before its first decision.
  if (storeState.current().state !== 'serving') return;
  const hasBegun = await inTransaction(pool, (client) => takeOver(client, event, self));
  if (!hasBegun) return;
  await catalogue.reload(event);
  bus.emit('controls', event);
  log.warn({ event }, 'this box decides the event from now on');
  await replayLeftovers(context);
}
