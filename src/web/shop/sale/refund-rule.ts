// What a buyer may get back, in one sentence that stands where the price is.
import { parseInstant } from '#domain/kernel/instant.ts';
import type { GroundTime } from '#web/ui/ground-time.ts';

export type RefundTiers = readonly { readonly until: string; readonly keptPerMille: number }[];

/** Message and its arguments. @param tiers - null or none: nothing is taken back */
export function refundSentence(
  tiers: RefundTiers | null,
  now: number,
  time: GroundTime,
): { readonly id: string; readonly values: Record<string, string | number> } {
  const open = (tiers ?? []).flatMap(({ until, keptPerMille }) => {
    const at = parseInstant(until);
    return at === null || at <= now || keptPerMille >= 1_000 ? [] : [{ at, keptPerMille }];
  });
  const [first] = open;
  const last = open.at(-1);
  if (first === undefined || last === undefined) return { id: 'refund.none', values: {} };
  const values = {
    until: time.whole(first.at),
    back: (1_000 - first.keptPerMille) / 10,
    last: time.whole(last.at),
    least: (1_000 - last.keptPerMille) / 10,
  };
  if (open.length === 1) {
    return { id: first.keptPerMille === 0 ? 'refund.full' : 'refund.part', values };
  }
  return { id: first.keptPerMille === 0 ? 'refund.fullThenPart' : 'refund.steps', values };
}
