import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** @returns the first answer that `isIt`; how long it took */
export async function until<T>(
  withinMs: number,
  look: () => Promise<T>,
  isIt: (value: T) => boolean,
): Promise<{ value: T; tookMs: number }> {
  const startedAt = performance.now();
  for (;;) {
    const value = await look();
    const tookMs = performance.now() - startedAt;
    if (isIt(value)) return { value, tookMs };
    if (tookMs > withinMs) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(value)}`);
    await pause(LOOK_EVERY_MS);
  }
}
