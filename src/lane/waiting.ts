// Waiting with the timers that the lane was given.
import type { Timers } from './ports.ts';

/** Resolves after `ms`, or as soon as the signal fires; never rejects. */
export function pause(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const cancel = timers.after(ms, resolve);
  const end = () => {
    cancel();
    resolve();
  };
  signal.addEventListener('abort', end, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', end));
}

/** Runs `work` with a signal that fires after `ms`, or with `stop`. */
export async function within<T>(
  timers: Timers,
  ms: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const cancel = timers.after(ms, () => over.abort(new Error(`no answer in ${ms} ms`)));
  try {
    return await work(AbortSignal.any([stop, over.signal]));
  } finally {
    cancel();
  }
}

/** Resolves when the work is over, however it went, but after `ms` at the latest. */
export async function atMost(timers: Timers, work: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([work.catch(() => {}), pause(timers, ms, over.signal)]);
  over.abort();
}
