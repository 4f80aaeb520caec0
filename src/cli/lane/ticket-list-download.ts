// Brings the ticket list to what the hub has: what changed since the cursor, or all of it.
import { type ListPage, listPage } from '#protocol/ticket-list.ts';
import { type Hub, Refusal } from './hub.ts';
import type { TicketStore } from './ticket-store.ts';

const PAGE_TIMEOUT_MS = 30_000;
/** A list that changes faster than it can be sent is taken as it is and mended by what follows. */
const PAGES_MAX = 10_000;
const CURSOR_UNKNOWN = 410;

/**
 * @returns the time as of which the list is whole
 * @throws Revoked, Refusal, network errors; and when what arrived is twice not what the hub holds
 */
export async function downloadList(
  hub: Hub,
  eventId: string,
  store: TicketStore,
  stop: AbortSignal,
): Promise<string> {
  const cursor = store.get('cursor');
  if (cursor !== null) {
    try {
      const asOf = await download(hub, eventId, store, stop, cursor);
      if (asOf !== null) return asOf;
    } catch (error) {
      if (!(error instanceof Refusal && error.status === CURSOR_UNKNOWN)) throw error;
    }
  }
  const asOf = await download(hub, eventId, store, stop, null);
  if (asOf === null) throw new Error('the ticket list did not arrive whole');
  return asOf;
}

/** @returns null when count or hash differ from the hub's */
async function download(
  hub: Hub,
  eventId: string,
  store: TicketStore,
  stop: AbortSignal,
  since: string | null,
): Promise<string | null> {
  const isWholeList = since === null;
  if (isWholeList) store.beginWhole();
  let cursor = since;
  let changes = 0;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = await getPage(hub, eventId, cursor, stop);
    await store.take(page.tickets, isWholeList);
    changes += page.tickets.length;
    cursor = page.cursor;
    if (page.hasMore) continue;
    const isUnchanged = !isWholeList && changes === 0;
    if (page.whole !== null && !isUnchanged) {
      const { count, hash } = await store.digest(isWholeList);
      if (count !== page.whole.count || hash !== page.whole.hash) return null;
    }
    if (isWholeList) store.finishWhole(cursor);
    else store.put('cursor', cursor);
    return page.asOf;
  }
  return null;
}

async function getPage(
  hub: Hub,
  eventId: string,
  cursor: string | null,
  stop: AbortSignal,
): Promise<ListPage> {
  const query = cursor === null ? '' : `?since=${encodeURIComponent(cursor)}`;
  const path = `/api/v1/events/${encodeURIComponent(eventId)}/list${query}`;
  return listPage.parse(await hub.get(path, PAGE_TIMEOUT_MS, stop));
}
