// Brings the ticket list to what the hub has: what changed since the cursor, or all of it.
import { arrivingPage, type ListPage } from '#protocol/ticket-list.ts';
import type { Hub } from './hub.ts';
import type { LanePorts } from './ports.ts';
import { Refusal } from './replies.ts';

const PAGE_TIMEOUT_MS = 30_000;
/** A list that changes faster than it can be sent is taken as it is and mended by what follows. */
const PAGES_MAX = 10_000;
const CURSOR_UNKNOWN = 410;
const CHANGES_AT_ONCE = 5_000;

/**
 * @returns the time as of which the list is whole
 * @throws Revoked, Refusal, network errors; and when what arrived is twice not what the hub holds
 */
export async function downloadList(
  hub: Hub,
  eventId: string,
  ports: LanePorts,
  stop: AbortSignal,
): Promise<string> {
  const cursor = await ports.list.get('cursor');
  if (cursor !== null) {
    try {
      const asOf = await download(hub, eventId, ports, stop, cursor);
      if (asOf !== null) return asOf;
    } catch (error) {
      if (!(error instanceof Refusal && error.status === CURSOR_UNKNOWN)) throw error;
    }
  }
  const asOf = await download(hub, eventId, ports, stop, null);
  if (asOf === null) throw new Error('the ticket list did not arrive whole');
  return asOf;
}

/** @returns null when count or hash differ from the hub's */
async function download(
  hub: Hub,
  eventId: string,
  ports: LanePorts,
  stop: AbortSignal,
  since: string | null,
): Promise<string | null> {
  const { list: store } = ports;
  const isWholeList = since === null;
  if (isWholeList) await store.beginWhole();
  let changes = 0;
  let coming = getPage(hub, eventId, since, stop);
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = await coming;
    const { cursor } = page;
    if (page.hasMore) {
      // The hub makes the next page while this one is being stored; its failure is met when it is due.
      coming = getPage(hub, eventId, cursor, stop);
      coming.catch(() => {});
    }
    await store.take(page.tickets, isWholeList);
    changes += page.tickets.length;
    if (page.hasMore) continue;
    const isUnchanged = !isWholeList && changes === 0;
    if (page.whole !== null && !isUnchanged) {
      const { count, hash } = await digest(ports, isWholeList);
      if (count !== page.whole.count || hash !== page.whole.hash) return null;
    }
    if (isWholeList) await store.finishWhole(cursor);
    else await store.put('cursor', cursor);
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
  return await hub.first({ path }, PAGE_TIMEOUT_MS, stop, (body) => arrivingPage.parse(body));
}

/** Count and hash of the list held, as the hub counts and hashes its own. */
async function digest(
  { list, sha256 }: LanePorts,
  isNewList: boolean,
): Promise<{ count: number; hash: string }> {
  const parts: string[] = [];
  let count = 0;
  let after = 0;
  for (;;) {
    const changes = await list.changes(isNewList, after, CHANGES_AT_ONCE);
    if (changes.length === 0) break;
    parts.push(changes.map(([serial, change]) => `${serial}:${change},`).join(''));
    count += changes.length;
    after = changes.at(-1)?.[0] ?? after;
  }
  const hash = await sha256(new TextEncoder().encode(parts.join('')));
  return { count, hash: [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}
