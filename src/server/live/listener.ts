// Somebody at the other end of a live feed.
import type { ServerResponse } from 'node:http';
import type { Session } from 'better-sse';
import type { LiveScan } from '#protocol/live.ts';
import type { Decided } from '#server/entry/authority.ts';
import type { Principal } from '#server/platform/principal.ts';

/** Who has not taken this much has stopped reading; they may come back and start anew. */
const UNREAD_BYTES_MAX = 1024 * 1024;
/** Last words get this long to leave the building. */
const END_WITHIN_MS = 200;

export type Listener = {
  readonly session: Session;
  /** What the session writes to. */
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** Null for whoever proved the request by a key. */
  readonly token: string | null;
  /** What it heard last, here or at another node; empty when it begins. */
  readonly lastId: string;
};

const ending = new WeakSet<Listener>();

export function push(listener: Listener, name: string, data: unknown, id: string): void {
  const { session, response } = listener;
  if (!session.isConnected || ending.has(listener)) return;
  if (response.writableLength > UNREAD_BYTES_MAX) end(listener);
  else session.push(data, name, id);
}

export function end(listener: Listener): void {
  if (ending.has(listener)) return;
  ending.add(listener);
  setTimeout(() => listener.response.destroy(), END_WITHIN_MS);
}

export function liveScanOf({ scan, outcome, revision }: Decided): LiveScan {
  const { decision, record } = outcome;
  return {
    revision,
    gate: scan.gate,
    lane: scan.lane,
    direction: scan.direction,
    verdict: decision.verdict,
    reason: decision.reason,
    rung: record.rung as LiveScan['rung'],
    at: record.decided_at,
  };
}
