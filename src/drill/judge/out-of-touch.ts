// Who could not have heard of what was acknowledged at the hub.
import { linksOf } from '#drill/catalogue/parties.ts';
import type { Injection } from '#drill/catalogue/plan.ts';
import type { RehearsalRecord } from '#drill/rehearsal/rehearse.ts';

/** After a mend: to find the line whole, or to start, and to fetch what was missed. */
const CATCH_UP_MS = 6_000;

/**
 * Whether anything stood between the hub and whoever decided in this time. A box that decides goes by what it
 * last heard, which is its purpose; other boxes only pass on.
 */
export function wasCutOff(
  { struck, deciding }: RehearsalRecord,
  fromMs: number,
  untilMs: number,
): boolean {
  const isMeanwhile = (atMs: number, endMs: number) =>
    atMs < untilMs && endMs + CATCH_UP_MS > fromMs;
  if (deciding.some(({ atMs }) => atMs > 0 && isMeanwhile(atMs, atMs))) return true;
  const node = deciding.findLast(({ atMs }) => atMs <= fromMs)?.node ?? 'hub';
  return struck.some(({ injection, struckAtMs, mendedAtMs, isDone }) => {
    return (
      isDone && standsBetween(injection, node) && isMeanwhile(struckAtMs, mendedAtMs ?? untilMs)
    );
  });
}

/** @param node - that decides */
function standsBetween({ fault, target }: Injection, node: string): boolean {
  switch (fault) {
    case 'link-cut':
    case 'link-refused':
    case 'link-slow':
    case 'link-flapping':
    case 'captive-portal':
      return linksOf(target).some((link) => link === `${node}:hub`);
    case 'process-killed':
    case 'process-frozen':
    case 'database-killed':
    case 'disk-full':
    case 'box-restored':
      return target === 'hub' || target === node;
    case 'stand-dark':
    case 'authority-moved':
    case 'authority-lost':
    case 'hub-lost':
    case 'command':
      return true;
    default:
      return false;
  }
}
