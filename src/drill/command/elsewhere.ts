// What can be done to a system that runs elsewhere, and when it may be done at all.
import { setTimeout as delay } from 'node:timers/promises';
import { faultNamed } from '#drill/catalogue/faults.ts';
import { laneNumber, linksOf, STANDS } from '#drill/catalogue/parties.ts';
import type { Injection } from '#drill/catalogue/plan.ts';
import { linksThroughHere } from '#drill/network/outside.ts';
import type { Desk } from '#drill/rehearsal/desk.ts';

const LOOK_EVERY_MS = 2_000;

/** The drill does not touch this system, and says why. */
export class Locked extends Error {
  override name = 'Locked';
}

/** @param boxes - how many boxes of that system are known */
export function canDoElsewhere(boxes: number): (injection: Injection) => boolean {
  const links = linksThroughHere(boxes);
  return ({ fault, target }) => {
    if (!faultNamed(fault).isForStaging) return false;
    if (fault === 'process-killed' || fault === 'clock-jumped') return laneNumber(target) !== null;
    if (!target.includes(':')) return true;
    const isOfStand = STANDS.some((stand) => target === `${stand}:*`);
    return isOfStand || linksOf(target).every((link) => links.includes(link));
  };
}

/** @throws Locked for a system that opens gates, or is about to */
export async function refuseLiveSystem(desk: Desk, url: string, own: string | null): Promise<void> {
  const health = await desk.ask<{ staging?: boolean }>('/healthz');
  if (health.staging !== true) {
    throw new Locked(
      `${url} does not say that it is a staging system: start it with “kaimen serve --staging” if that is what it is`,
    );
  }
  const { events } = await desk.ask<{ events: { id: string; status: string }[] }>('/api/v1/events');
  const open = events.find(({ id, status }) => status === 'open' && id !== own);
  if (open === undefined) return;
  throw new Locked(
    `${url} has an event open: ${open.id}. Nothing is broken there while anybody may enter; close it first`,
  );
}

/** Looks again and again, and stops the rehearsal as soon as it may not go on. */
export async function watchLock(
  desk: Desk,
  url: string,
  own: string,
  stop: (why: string) => void,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    await delay(LOOK_EVERY_MS, null, { signal: over }).catch(() => {});
    try {
      await refuseLiveSystem(desk, url, own);
    } catch (error) {
      if (!(error instanceof Locked)) continue;
      stop(error.message);
      return;
    }
  }
}
