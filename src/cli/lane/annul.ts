// Takes a crossing back at the hub.
import type { Hub } from './hub.ts';

const TIMEOUT_MS = 3_000;

export type Annulled =
  | { readonly kind: 'taken-back' }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'unreached' };

export async function annulAbove(
  hub: Hub,
  scanId: string,
  cause: 'never-shown' | 'not-turned',
  stop: AbortSignal,
): Promise<Annulled> {
  for (const base of hub.bases()) {
    try {
      const reply = await hub.send(base, {
        method: 'POST',
        path: `/api/v1/scans/${encodeURIComponent(scanId)}/annul`,
        json: JSON.stringify({ cause }),
        signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      if (reply.status < 300) return { kind: 'taken-back' };
      if (reply.status < 500) return { kind: 'refused', words: reply.words };
    } catch {
      // The next address, or the next time.
    }
  }
  return { kind: 'unreached' };
}
