// The report as one HTML file that needs nothing else: the verdict first, then why, then everything.
import { type FaultName, faultNamed } from '#drill/catalogue/faults.ts';
import { eveningChart, rungSwatch } from './chart.ts';
import { changesSince } from './compare.ts';
import { both, escaped, milliseconds, moment, table } from './html-text.ts';
import type { FaultOutcome, Outcome } from './outcome.ts';
import { MARK, shape } from './shapes.ts';
import { SCRIPT, STYLE } from './style.ts';
import {
  FIGURE_WORDS,
  RULE_WORDS,
  RUNG_WORDS,
  TEXT,
  VERDICT_MEANS,
  VERDICT_WORDS,
} from './words.ts';

const BREACHES_SHOWN_MAX = 12;
const SIGNERS = 3;

/** @param seenAtMs - when each code was shown */
export function reportPage(
  outcome: Outcome,
  last: Outcome | null,
  seenAtMs: readonly number[],
): string {
  const { verdict, name } = outcome;
  const sections = [
    verdictPart(outcome),
    rules(outcome),
    section(
      TEXT.rungs,
      `<p class="quiet small">${both(TEXT.rungsMeans)}</p>${chart(outcome, seenAtMs)}`,
    ),
    section(TEXT.happened, faults(outcome.faults)),
    section(TEXT.latency, latency(outcome)),
    section(TEXT.lanes, lanes(outcome)),
    section(TEXT.compared, comparison(outcome, last)),
    section(TEXT.signOff, signOff()),
    section(TEXT.how, how(outcome)),
  ];
  return `<!doctype html>
<html lang="en" data-lang="en" data-theme="light">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${VERDICT_WORDS[verdict].zh} ${VERDICT_WORDS[verdict].en} · ${name} · ${outcome.startedAt.slice(0, 10)}`)}</title>
<style>${STYLE}</style></head>
<body>
<header>${MARK}<h1>${both(TEXT.title)}</h1><button id="lang" type="button"><span lang="zh-CN">English</span><span lang="en">中文</span></button><button id="theme" type="button" aria-label="theme">◐</button></header>
<main>${sections.join('\n')}</main>
<script>${SCRIPT}</script>
</body></html>
`;
}

function section(title: { zh: string; en: string }, content: string): string {
  return `<section><h2>${both(title)}</h2>${content}</section>`;
}

function verdictPart(outcome: Outcome): string {
  const { verdict, figures, stopped, startedAt, name } = outcome;
  const why = stopped === null ? '' : `<p>${escaped(stopped)}</p>`;
  const tiles: [{ zh: string; en: string }, string][] = [
    [TEXT.scans, String(figures.scans)],
    [TEXT.admitted, String(figures.admitted)],
    [TEXT.provisional, String(figures.provisional)],
    [TEXT.refused, String(figures.refused)],
    [TEXT.lost, String(figures.lost)],
    [TEXT.doubles, String(figures.exactDoubles)],
    [TEXT.conflicts, String(figures.conflicts)],
    [TEXT.afterLoss, String(figures.doublesAfterLoss)],
    [TEXT.forged, String(figures.forgedRefused)],
    [FIGURE_WORDS.p99, milliseconds(outcome.all.p99Ms)],
    [TEXT.longest, milliseconds(outcome.all.longestMs)],
    [TEXT.recoveredAll, milliseconds(figures.recoveredMs)],
  ];
  const list = tiles.map(([words, value]) => `<div><dt>${both(words)}</dt><dd>${value}</dd></div>`);
  return `<div class="verdict">${shape(verdict, 96)}<div><strong class="is-${verdict}">${both(VERDICT_WORDS[verdict])}</strong>
<p>${both(VERDICT_MEANS[verdict])}</p>${why}</div></div>
<p class="quiet small">${escaped(name)} · <time>${escaped(startedAt.replace('T', ' ').slice(0, 16))} UTC</time></p>
<dl class="tiles">${list.join('')}</dl>`;
}

function rules({ findings }: Outcome): string {
  const items = findings.map(({ rule, checked, breaches }) => {
    const isHeld = breaches.length === 0;
    const { name, means } = RULE_WORDS[rule];
    const shown = breaches
      .slice(0, BREACHES_SHOWN_MAX)
      .map((breach) => `<li>${escaped(breach)}</li>`);
    if (breaches.length > BREACHES_SHOWN_MAX) shown.push(`<li>${both(TEXT.more)}</li>`);
    const word = isHeld
      ? `<span class="good">${both(TEXT.held)}</span>`
      : `<span class="bad">${both(TEXT.broken)} · ${breaches.length}</span>`;
    return `<li>${shape(isHeld ? 'go' : 'no-go', 24)}<div><b>${both(name)}</b><span class="means">${both(means)}</span>${
      shown.length > 0 ? `<ul>${shown.join('')}</ul>` : ''
    }</div><div class="small">${word}<br><span class="quiet">${both(TEXT.checked)} ${checked}</span></div></li>`;
  });
  return section(TEXT.rules, `<ol class="rules">${items.join('')}</ol>`);
}

function chart(outcome: Outcome, seenAtMs: readonly number[]): string {
  const used = new Set(outcome.lanes.flatMap((lane) => lane.rungs.map(({ rung }) => rung)));
  const legend = Object.entries(RUNG_WORDS)
    .filter(([rung]) => used.has(rung))
    .map(([rung, words]) => `<li>${rungSwatch(rung)}${both(words)}</li>`);
  return `<figure>${eveningChart(outcome, seenAtMs)}</figure><ul class="legend">${legend.join('')}</ul>`;
}

function faults(all: readonly FaultOutcome[]): string {
  const head = [
    TEXT.when,
    TEXT.what,
    TEXT.whom,
    TEXT.lasted,
    TEXT.slowest,
    TEXT.alone,
    TEXT.recovery,
  ];
  const rows = all.map((fault) => [
    moment(fault.struckAtMs),
    both(faultNamed(fault.fault as FaultName).words),
    escaped(fault.target || (fault.amount === null ? '' : `× ${fault.amount}`)),
    lastedOf(fault),
    milliseconds(fault.slowestMs),
    String(fault.provisional),
    fault.isAct ? '' : milliseconds(fault.recoveredMs),
  ]);
  return table(head.map(both), rows);
}

function lastedOf({ problem, mendedAtMs, struckAtMs }: FaultOutcome): string {
  if (problem === null) return milliseconds((mendedAtMs ?? struckAtMs) - struckAtMs);
  const word = mendedAtMs === null ? TEXT.notMended : TEXT.notDone;
  return `<span class="warn" title="${escaped(problem)}">${both(word)}</span>`;
}

function latency({ calm, all }: Outcome): string {
  const head = ['', both(TEXT.scans), 'p50', 'p95', 'p99', both(TEXT.longest)];
  const row = (words: { zh: string; en: string }, of: Outcome['all']) => [
    both(words),
    String(of.scans),
    ...[of.p50Ms, of.p95Ms, of.p99Ms, of.longestMs].map(milliseconds),
  ];
  return table(head, [row(TEXT.calm, calm), row(TEXT.whole, all)]);
}

function lanes(outcome: Outcome): string {
  const head = [
    ...[TEXT.lane, TEXT.gate, TEXT.scans, TEXT.gap, TEXT.slow].map(both),
    ...[TEXT.alone, TEXT.interrupted].map(both),
    ...['p50', 'p99'],
  ];
  const rows = outcome.lanes.map((lane) => [
    escaped(lane.lane),
    escaped(lane.gate),
    ...[String(lane.scans), milliseconds(lane.gapMs), String(lane.slow)],
    ...[String(lane.provisional), String(lane.interrupted)],
    ...[milliseconds(lane.latency.p50Ms), milliseconds(lane.latency.p99Ms)],
  ]);
  return table(head, rows);
}

const COUNTED: ReadonlySet<string> = new Set(['slow', 'lost', 'doubles']);

function comparison(outcome: Outcome, last: Outcome | null): string {
  if (last === null) return `<p class="quiet">${both(TEXT.first)}</p>`;
  const head = ['', both(TEXT.before), both(TEXT.now), ''];
  const value = (figure: string, of: number | null) =>
    COUNTED.has(figure) ? String(of ?? '–') : milliseconds(of);
  const rows = changesSince(last, outcome).map(({ figure, before, now, isBetter }) => [
    both(FIGURE_WORDS[figure]),
    value(figure, before),
    value(figure, now),
    isBetter === null
      ? `<span class="quiet">${before === now ? both(TEXT.same) : ''}</span>`
      : `<span class="${isBetter ? 'good' : 'bad'}">${isBetter ? '↓' : '↑'} ${both(isBetter ? TEXT.better : TEXT.worse)}</span>`,
  ]);
  const what = `${last.name} · ${last.startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `<p class="quiet small">${escaped(what)} · ${both(VERDICT_WORDS[last.verdict])}</p>${table(head, rows)}`;
}

function signOff(): string {
  const head = [TEXT.name, TEXT.role, TEXT.goOrNot, TEXT.signature].map(both);
  const rows = Array.from({ length: SIGNERS }, () => ['', '', '', '']);
  return `<p class="quiet small">${both(TEXT.signOffMeans)}</p><div class="sign">${table(head, rows)}</div>`;
}

function how({ plan, planMark, system, verdict, lastsMs }: Outcome): string {
  const command = plan.isStorm
    ? `kaimen drill --storm --seed ${plan.seed} --seconds ${plan.seconds} --lanes ${plan.lanes} --load ${plan.load}`
    : `kaimen drill --schedule FILE`;
  const rows = [
    [both(TEXT.again), `<code>${escaped(command)}</code>`],
    [both(TEXT.seed), String(plan.seed)],
    [both(TEXT.plan), `<code>${planMark}</code>`],
    [
      both(TEXT.load),
      `${plan.load} ×, ${plan.lanes} ${both(TEXT.laneCount)}, ${milliseconds(lastsMs)}`,
    ],
    [both(TEXT.system), escaped(system.url ?? system.machine)],
    [both(TEXT.version), escaped(system.version)],
    [both(TEXT.network), escaped(system.network)],
    [both(TEXT.decision), both(VERDICT_WORDS[verdict])],
  ];
  return table(['', ''], rows);
}
