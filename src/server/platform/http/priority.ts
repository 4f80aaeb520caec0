// Who is served first when there is more to do than can be done. It stands on the route, beside its rule.
import type { Rule } from '../principal.ts';

/**
 * `lane`: scans, journals, lists, feeds of lanes, and what nodes of ours ask one another: never refused for want
 * of room · `health`: costs no more than a refusal would · `control`: what somebody in the control room must be
 * able to do in the worst minute, and the pages to do it with · `ordinary`: everything else · `shop`: buyers, who
 * are turned away before anybody of ours feels them · `bulk`: what takes seconds, one or two at a time.
 */
export const PRIORITIES = ['lane', 'health', 'control', 'ordinary', 'shop', 'bulk'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Acts of the night, and what has to be seen to do them. */
const OF_THE_NIGHT: ReadonlySet<string> = new Set([
  ...['controls.read', 'controls.set', 'controls.limit', 'evacuation.lead', 'authority.move'],
  ...['calls.answer', 'messages.send', 'devices.enrol', 'store.reconcile', 'live.read'],
]);

/** What a route is, unless it says otherwise itself. */
export function priorityOf(rule: Rule): Priority {
  if (rule.allow === 'device' || rule.allow === 'edge.serve') return 'lane';
  if ('orDevice' in rule && rule.orDevice === true) return 'lane';
  return OF_THE_NIGHT.has(rule.allow) ? 'control' : 'ordinary';
}
