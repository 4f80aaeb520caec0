// Takes a crossing back above.
import type { Hub } from './hub.ts';
import type { Timers } from './ports.ts';
import { within } from './waiting.ts';

const TIMEOUT_MS = 3_000;

export type Annulled =
  | { readonly kind: 'taken-back' }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'unreached' };

export async function annulAbove(
  hub: Hub,
  timers: Timers,
  scanId: string,
  cause: 'never-shown' | 'not-turned',
  stop: AbortSignal,
): Promise<Annulled> {
  const path = `/api/v1/scans/${encodeURIComponent(scanId)}/annul`;
  const call = { method: 'POST', path, json: JSON.stringify({ cause }) } as const;
  for (const base of hub.bases()) {
    try {
      const reply = await within(timers, TIMEOUT_MS, stop, (signal) =>
        hub.send(base, call, signal),
      );
      const isOurs = reply.status < 300 ? reply.body !== null : reply.code !== null;
      if (!isOurs || reply.status >= 500 || reply.status === 401) continue;
      if (reply.status < 300) return { kind: 'taken-back' };
      return { kind: 'refused', words: reply.words };
    } catch {
      // The next address, or the next time.
    }
  }
  return { kind: 'unreached' };
}
