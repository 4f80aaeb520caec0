// From the record of a rehearsal to what its report says.
import { availableParallelism, loadavg } from 'node:os';
import { isAct } from '#drill/catalogue/faults.ts';
import { laneName, standOf } from '#drill/catalogue/parties.ts';
import { type Plan, planMark } from '#drill/catalogue/plan.ts';
import type { Judgement } from '#drill/judge/judge.ts';
import { doublesAfterLoss, isThrough, VERDICT_MS } from '#drill/judge/rules.ts';
import type { Seen } from '#drill/rehearsal/crowd.ts';
import type { RehearsalRecord, Struck } from '#drill/rehearsal/rehearse.ts';
import {
  type FaultOutcome,
  type LaneOutcome,
  type Latency,
  OUTCOME_VERSION,
  type Outcome,
  type RungSpan,
} from './outcome.ts';

const AFTERMATH_MS = 2_000;

export function outcomeOf(parts: {
  readonly plan: Plan;
  readonly record: RehearsalRecord;
  readonly judgement: Judgement;
  readonly startedAt: string;
  readonly network: string;
  readonly url: string | null;
  readonly version: string;
}): Outcome {
  const { plan, record, judgement, startedAt } = parts;
  const { seen, struck } = record;
  const firstFault = struck.find(({ injection, isDone }) => isDone && !isAct(injection.fault));
  const shown = seen.filter(({ verdict }) => verdict !== null);
  const count = (word: string) => shown.filter(({ verdict }) => verdict?.verdict === word).length;
  const breachesOf = (rule: string) =>
    judgement.findings.find((finding) => finding.rule === rule)?.breaches ?? [];
  return {
    version: OUTCOME_VERSION,
    name: plan.name,
    startedAt,
    verdict: judgement.verdict,
    stopped: record.stopped,
    plan,
    planMark: planMark(plan),
    system: {
      network: parts.network,
      url: parts.url,
      version: parts.version,
      machine: `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`,
    },
    lastsMs: Math.round(record.lastsMs),
    findings: judgement.findings,
    figures: {
      people: new Set(seen.map(({ person }) => person.ticket)).size,
      scans: shown.length,
      admitted: count('admitted'),
      provisional: count('provisional'),
      refused: count('refused'),
      referred: count('referred'),
      lost: breachesOf('nothing-lost').length,
      exactDoubles: breachesOf('no-exact-double').length,
      doublesAfterLoss: doublesAfterLoss(record),
      conflicts: [...record.conflicts.values()].reduce((sum, named) => sum + named, 0),
      slow: shown.filter(({ tookMs }) => tookMs > VERDICT_MS).length,
      forgedRefused: seen.filter((one) => one.person.as === 'forger' && !isThrough(one)).length,
      recoveredMs: record.recoveredMs === null ? null : Math.round(record.recoveredMs),
      stalledMs: Math.round(record.stalls.longestMs),
    },
    calm: latencyOf(shown.filter(({ atMs }) => atMs < (firstFault?.struckAtMs ?? record.lastsMs))),
    all: latencyOf(shown),
    lanes: lanesOf(plan, record),
    faults: struck.map((one) => faultOutcome(one, record)),
  };
}

function latencyOf(seen: readonly Seen[]): Latency {
  const ms = seen.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (share: number) => Math.round(ms[Math.floor((ms.length - 1) * share)] ?? 0);
  return { scans: ms.length, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), longestMs: at(1) };
}

function lanesOf(plan: Plan, record: RehearsalRecord): LaneOutcome[] {
  return Array.from({ length: plan.lanes }, (_, index) => {
    const number = index + 1;
    const mine = record.seen.filter(({ lane }) => lane === number).sort((a, b) => a.atMs - b.atMs);
    const shown = mine.filter(({ verdict }) => verdict !== null);
    return {
      lane: laneName(number),
      gate: record.gateOf(number),
      stand: standOf(number, plan.lanes),
      scans: shown.length,
      gapMs: gapOf(mine, record.lastsMs),
      slow: shown.filter(({ tookMs }) => tookMs > VERDICT_MS).length,
      provisional: shown.filter(({ verdict }) => verdict?.verdict === 'provisional').length,
      interrupted: mine.length - shown.length,
      latency: latencyOf(shown),
      rungs: rungSpans(shown),
    };
  });
}

/** Somebody stands there without a verdict; if the lane has died over them, until it shows the next one. */
function gapOf(mine: readonly Seen[], lastsMs: number): number {
  const gaps = mine.map(({ atMs, tookMs, verdict }) => {
    if (verdict !== null) return tookMs;
    const next = mine.find((one) => one.verdict !== null && one.atMs > atMs);
    return (next === undefined ? lastsMs : next.atMs + next.tookMs) - atMs;
  });
  return Math.round(Math.max(0, ...gaps));
}

/** What a lane settles alone at any time says nothing of the rung that it stands on. */
function rungSpans(shown: readonly Seen[]): RungSpan[] {
  const spans: { rung: string; fromMs: number; untilMs: number }[] = [];
  for (const { verdict, atMs, tookMs } of shown) {
    const rung = verdict?.rung ?? 'local';
    if (rung === 'local') continue;
    const last = spans.at(-1);
    const untilMs = Math.round(atMs + tookMs);
    if (last?.rung === rung) last.untilMs = untilMs;
    else spans.push({ rung, fromMs: Math.round(atMs), untilMs });
  }
  return spans;
}

function faultOutcome(one: Struck, record: RehearsalRecord): FaultOutcome {
  const { injection, struckAtMs, mendedAtMs, problem } = one;
  const untilMs = (mendedAtMs ?? record.lastsMs) + AFTERMATH_MS;
  const during = record.seen.filter(({ atMs }) => atMs >= struckAtMs && atMs <= untilMs);
  const isAnAct = isAct(injection.fault);
  return {
    fault: injection.fault,
    target: injection.target,
    amount: injection.amount,
    struckAtMs: Math.round(struckAtMs),
    mendedAtMs: mendedAtMs === null ? null : Math.round(mendedAtMs),
    problem,
    isAct: isAnAct,
    slowestMs: Math.round(Math.max(0, ...during.map(({ tookMs }) => tookMs))),
    provisional: during.filter(({ verdict }) => verdict?.verdict === 'provisional').length,
    recoveredMs: isAnAct || mendedAtMs === null ? null : recoveryOf(record, mendedAtMs),
  };
}

/**
 * From the mend until every lane that was alone, or dark, has shown an exact verdict. A lane that nothing had
 * befallen needs no time for it.
 */
function recoveryOf({ seen }: RehearsalRecord, mendedAtMs: number): number | null {
  let longest = 0;
  for (const lane of new Set(seen.map((one) => one.lane))) {
    const later = seen
      .filter((one) => one.lane === lane && one.verdict !== null && one.atMs >= mendedAtMs)
      .sort((a, b) => a.atMs - b.atMs)
      .filter(({ verdict }) => verdict?.rung !== 'local');
    const firstExact = later.findIndex(({ verdict }) => isExact(verdict?.rung));
    if (firstExact === 0) continue;
    const at = later[firstExact];
    if (at === undefined) {
      if (later.length > 0) return null;
      continue;
    }
    longest = Math.max(longest, at.atMs + at.tookMs - mendedAtMs);
  }
  return Math.round(longest);
}

function isExact(rung: string | undefined): boolean {
  return rung === 'edge' || rung === 'hub';
}
