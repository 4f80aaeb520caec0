// How a holder comes in: which gate, by which way, and by when. Said in a sentence on the ticket's page, in
// letters, in calendars and in wallets.
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import { type ArrivalAdvice, type ArrivalCurve, arriveBy, type GateLoad } from './arrival.ts';
import { clockText } from './figures.ts';
import type { MatchTimes } from './match-times.ts';

/** A way to a gate from where people arrive. */
export type Approach = {
  readonly gate: string;
  /** `metro exit B`, `地铁 B 口`. */
  readonly from: Localized;
  readonly isStepFree: boolean;
  readonly walkMinutes: number;
};

export type GateChoice = {
  readonly id: string;
  readonly name: Localized;
  /** Whether it has a lane that a wheelchair passes. */
  readonly isStepFree: boolean;
  readonly load: GateLoad;
};

export type RouteAdvice = {
  /** Null: any gate. */
  readonly gate: { readonly id: string; readonly name: Localized } | null;
  readonly approach: Approach | null;
  /** Whether the whole way is without steps, as far as is known. */
  readonly isStepFree: boolean;
  readonly arrive: ArrivalAdvice;
  readonly words: Localized;
};

/**
 * @param gates - at which the ticket is admitted
 * @param needsStepFree - of the place or of whoever comes: then a step-free gate and way go before everything
 */
export function routeAdvice(
  times: MatchTimes,
  gates: readonly GateChoice[],
  approaches: readonly Approach[],
  needsStepFree: boolean,
  curve?: ArrivalCurve,
): RouteAdvice {
  const ways = gates.flatMap((gate) => waysTo(gate, approaches, times, curve));
  const rank = (way: Way) => (needsStepFree && !way.isStepFree ? 1 : 0);
  const [best] = ways.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.arrive.waitMinutes - b.arrive.waitMinutes ||
      walkOf(a) - walkOf(b) ||
      (a.gate.id < b.gate.id ? -1 : 1),
  );
  if (best === undefined) return withoutGate(times);
  const { gate, approach, isStepFree, arrive } = best;
  // What does not have to be said is said only where it is true.
  const words = sentence(gate.name, approach, isStepFree && needsStepFree, arrive, times.timeZone);
  return { gate: { id: gate.id, name: gate.name }, approach, isStepFree, arrive, words };
}

type Way = {
  readonly gate: GateChoice;
  readonly approach: Approach | null;
  readonly isStepFree: boolean;
  readonly arrive: ArrivalAdvice;
};

function waysTo(
  gate: GateChoice,
  approaches: readonly Approach[],
  times: MatchTimes,
  curve: ArrivalCurve | undefined,
): Way[] {
  const arrive = arriveBy(times, gate.load, curve);
  const known = approaches.filter((approach) => approach.gate === gate.id);
  if (known.length === 0) return [{ gate, approach: null, isStepFree: gate.isStepFree, arrive }];
  return known.map((approach) => ({
    gate,
    approach,
    isStepFree: gate.isStepFree && approach.isStepFree,
    arrive,
  }));
}

function walkOf({ approach }: Way): number {
  return approach?.walkMinutes ?? Number.POSITIVE_INFINITY;
}

function sentence(
  gate: Localized,
  approach: Approach | null,
  isStepFree: boolean,
  { at }: ArrivalAdvice,
  timeZone: string,
): Localized {
  const by = clockText(at, timeZone);
  const zhWay = [
    ...(approach === null ? [] : [`从${spaced(approach.from['zh-CN'])}过来`]),
    isStepFree ? `走无障碍通道到 ${gate['zh-CN']}` : `由 ${gate['zh-CN']} 入场`,
  ].join('，');
  const enWay = [
    gate.en,
    ...(isStepFree ? ['step-free'] : []),
    ...(approach === null ? [] : [`from ${approach.from.en}`]),
  ].join(', ');
  return { 'zh-CN': `${zhWay}，请在 ${by} 前到达`, en: `${enWay}: be there by ${by}` };
}

/** Chinese and what is not stand apart: `从 B 口过来`. */
function spaced(text: string): string {
  return /^[\x21-\x7e]/.test(text) ? ` ${text}` : text;
}

function withoutGate(times: MatchTimes): RouteAdvice {
  const at = times.startsAt - 45 * MINUTE_MS;
  const arrive = { at: Math.max(at, times.doorsAt) as typeof times.doorsAt, waitMinutes: 0 };
  const by = clockText(arrive.at, times.timeZone);
  const words = { 'zh-CN': `任一入口均可，请在 ${by} 前到达`, en: `Any gate: be there by ${by}` };
  return { gate: null, approach: null, isStepFree: false, arrive, words };
}
