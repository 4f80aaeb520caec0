// Looks, for as long as the lane is open, whether other servers may be asked than those it began with: a box
// that enrolled this phone may need a moment to know it, and boxes are added on the day.
import { withAllAddresses } from './enrol.ts';
import type { Enrolment } from './vault.ts';

const RETRY_MIN_MS = 1_000;
const LOOK_EVERY_MS = 60_000;

/** @returns stops it */
export function watchAddresses(
  enrolment: Enrolment,
  onOthers: (changed: Enrolment) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let isStopped = false;

  async function look(retryMs: number): Promise<void> {
    const now = await withAllAddresses(enrolment);
    if (isStopped) return;
    if (now !== null && now !== enrolment) return onOthers(now);
    const nextMs = now === null ? Math.min(retryMs, LOOK_EVERY_MS) : LOOK_EVERY_MS;
    timer = setTimeout(() => void look(retryMs * 2), nextMs);
  }

  void look(RETRY_MIN_MS);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
