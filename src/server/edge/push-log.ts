// The decisions of a box that is the authority, carried up to the hub as they are made; and, when the event
// is handed over, the word that nothing follows.
import type { Pool } from 'pg';
import { type LogPage, type LogReceipt, logReceipt } from '#protocol/edge.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { announce } from './announce.ts';
import type { Link } from './link.ts';
import { applyLog, headOf, logPageOf } from './log.ts';
import { type AuthorityRow, lockAuthorityOf, settle } from './move-authority.ts';

/** No store of that name: the page is not taken up, only answered. */
const NOBODY = '-';
const PAGE_WITHIN_MS = 10_000;

/** What the hub has of each event, as it said last. */
export type Pushed = Map<number, LogReceipt>;

/** Sends what the hub has not. @returns whether there was anything to send */
export async function pushLogs(
  context: ServerContext,
  hub: Link,
  pushed: Pushed,
): Promise<boolean> {
  let hasSent = false;
  for (const { event, epoch, revision, isStopped } of await decidedHere(
    context.pool,
    context.self,
  )) {
    const known = pushed.get(event);
    const { epoch: store, state } = context.storeState.current();
    // Also that it has begun, with nothing decided yet: only then may the event be moved again.
    const isTold = known?.store === store && known.epoch === epoch && known.revision >= revision;
    if (isTold && !isStopped) continue;
    const found = await logPageOf(context.pool, event, known?.revision ?? revision, store);
    if (found === null) continue;
    // At first it only asks: what the hub has must be of our own past, or we are an older copy.
    const follows = known?.store ?? (known === undefined ? NOBODY : null);
    // Nor does it hand over before it is rebuilt: what journals still bring would be missing at the next.
    const page = { ...found, follows, isLast: found.isLast && state === 'serving' };
    const path = `/api/v1/edge/events/${event}/log`;
    const receipt = await hub.ask(logReceipt, { path, body: page, timeoutMs: PAGE_WITHIN_MS });
    await believe(context, event, receipt);
    pushed.set(event, receipt);
    hasSent = true;
  }
  return hasSent;
}

/** A hub that has more of our decisions than we proves that we are an older copy. */
async function believe(context: ServerContext, event: number, receipt: LogReceipt): Promise<void> {
  const { store, revision, epoch } = receipt;
  const head = await headOf(context.pool, event);
  if (head.decidingEpoch === null || epoch !== head.decidingEpoch) return;
  if (store !== null)
    await context.storeState.confront(event, { epoch: store, revision }, 'the hub');
  else if (revision > head.revision) {
    await context.storeState.beginRebuild(
      `the hub has revision ${revision}, this box ${head.revision}`,
    );
  }
}

/**
 * A hub that was restored may not know of a box that it had named: the box proves it by its epoch, and tells
 * the rest with its next call.
 */
async function requireKnown(
  { storeState }: ServerContext,
  row: AuthorityRow,
  edge: string,
  page: LogPage,
): Promise<void> {
  if (page.epoch <= row.authority_epoch) return;
  if (storeState.current().state === 'serving') {
    await storeState.beginRebuild(`${edge} decides event ${row.number} in a later epoch`);
  }
  throw new HttpProblem('conflict', {
    detail: `this hub has yet to hear who has been named up to epoch ${page.epoch}`,
    mend: 'tell it with the next call to /api/v1/edge/sync, and send the page again',
  });
}

type Decided = { event: number; epoch: number; revision: string; is_stopped: boolean };

async function decidedHere(pool: Pool, self: string) {
  const { rows } = await pool.query<Decided>(
    `SELECT h.event, h.revision, h.deciding_epoch AS epoch, e.handover_to IS NOT NULL AS is_stopped
     FROM claim_heads h JOIN events e ON e.number = h.event
     WHERE e.authority = $1 AND h.deciding_epoch = e.authority_epoch AND e.status <> 'archived'
     ORDER BY h.event`,
    [self],
  );
  return rows.map((row) => ({
    event: row.event,
    epoch: row.epoch,
    revision: Number(row.revision),
    isStopped: row.is_stopped,
  }));
}

/**
 * At the hub: takes up what a box has decided. A box that is not the authority, or no longer, is refused.
 *
 * @throws HttpProblem `conflict`
 */
export async function takeUpLog(
  context: ServerContext,
  edge: string,
  event: number,
  page: LogPage,
): Promise<LogReceipt> {
  const { receipt, isNew, isSettled } = await inTransaction(context.pool, async (client) => {
    const row = await lockAuthorityOf(client, event);
    await requireKnown(context, row, edge, page);
    if (row.authority !== edge || row.authority_epoch !== page.epoch) {
      throw new HttpProblem('conflict', {
        detail: `${row.authority} decides this event, in epoch ${row.authority_epoch}`,
        mend: 'stop deciding it; what was decided meanwhile comes by the lanes’ journals',
      });
    }
    const before = await headOf(client, event, true);
    const isOfItsPast = page.follows === before.store;
    const isTaken = isOfItsPast && (await applyLog(client, event, page));
    const head = await headOf(client, event);
    const isStopped = page.isLast && isOfItsPast && head.revision === page.through;
    if (isStopped && row.handover_to !== null) {
      await settle(client, row, row.handover_to, head.revision, false);
    }
    const { epoch, store, revision } = head;
    return { receipt: { epoch, store, revision }, isNew: isTaken, isSettled: isStopped };
  });
  if (isNew) announce(context, event, page);
  const { entryEpoch } = await context.catalogue.get(event);
  const isReadmitted = isNew && (page.entryEpoch ?? 1) > entryEpoch;
  if (isSettled || isReadmitted) await context.catalogue.reload(event);
  return receipt;
}
