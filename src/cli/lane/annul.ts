// Takes a crossing back at the hub. The journal says so as well, so that a hub that cannot be reached
// now, or is restored later, learns of it in any case.
import type { Hub } from './hub.ts';

const TIMEOUT_MS = 3_000;

/** @returns null when taken back, or on its way up in the journal; else why it stands */
export async function annulAbove(
  hub: Hub,
  scanId: string,
  cause: 'never-shown' | 'not-turned',
  stop: AbortSignal,
): Promise<string | null> {
  for (const base of hub.bases()) {
    try {
      const reply = await hub.send(base, {
        method: 'POST',
        path: `/api/v1/scans/${encodeURIComponent(scanId)}/annul`,
        json: JSON.stringify({ cause }),
        signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      if (reply.status < 300) return null;
      if (reply.status < 500) return reply.words;
    } catch {
      // Nobody there: the journal brings it.
    }
  }
  return null;
}
