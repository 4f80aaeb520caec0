// The evening in one drawing: what was broken, how many came, and who decided at each lane, on one time axis.
import { type FaultName, faultNamed } from '#drill/catalogue/faults.ts';
import { escaped } from './html-text.ts';
import type { FaultOutcome, Outcome } from './outcome.ts';

const WIDTH = 992;
const LEFT = 72;
const FAULT_ROW = 22;
const FLOW = 48;
const LANE_ROW = 18;
const GAP = 16;
/** About as wide as a letter of the labels, so that a block that ends early keeps its neighbour off its words. */
const LETTER = 6.6;

const FILL: Readonly<Record<string, string>> = {
  edge: 'var(--admitted)',
  hub: 'url(#by-hub)',
  provisional: 'url(#offline)',
  visual: 'var(--refer)',
  open: 'var(--refer)',
};

export function rungSwatch(rung: string): string {
  return `<svg width="28" height="14" style="width:28px;min-width:28px" aria-hidden="true"><rect width="28" height="14" rx="2" fill="${FILL[rung] ?? 'var(--band)'}"/></svg>`;
}

export function eveningChart(outcome: Outcome, seen: readonly number[]): string {
  const { lastsMs, lanes } = outcome;
  const x = (ms: number) =>
    LEFT + (Math.min(ms, lastsMs) / Math.max(1, lastsMs)) * (WIDTH - LEFT - 8);
  const blocks = rowsOf(outcome.faults, x);
  const faultHeight = blocks.rows * FAULT_ROW;
  const flowTop = faultHeight + GAP;
  const laneTop = flowTop + FLOW + GAP;
  const height = laneTop + lanes.length * LANE_ROW + 28;
  const parts = [
    axis(lastsMs, x, laneTop + lanes.length * LANE_ROW),
    ...blocks.drawn,
    flow(seen, lastsMs, x, flowTop),
    ...lanes.map((lane, index) => {
      const y = laneTop + index * LANE_ROW;
      const spans = lane.rungs.map(({ rung, fromMs }, at) => {
        const until = lane.rungs[at + 1]?.fromMs ?? lane.rungs[at]?.untilMs ?? fromMs;
        return rect(
          x(fromMs),
          y,
          Math.max(1.5, x(until) - x(fromMs)),
          LANE_ROW - 4,
          FILL[rung] ?? '',
        );
      });
      const band = rect(LEFT, y, WIDTH - LEFT - 8, LANE_ROW - 4, 'var(--band)');
      return `<text x="0" y="${y + 11}">${escaped(`${lane.gate} ${lane.lane}`)}</text>${band}${spans.join('')}`;
    }),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="timeline">${PATTERNS}${parts.join('')}</svg>`;
}

const PATTERNS = `<defs>
<pattern id="by-hub" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="var(--admitted)" opacity=".35"/><path d="M0 3 H6" stroke="var(--admitted)" stroke-width="2.4"/></pattern>
<pattern id="offline" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--provisional)"/><path d="M0 0 V6" stroke="var(--ground)" stroke-width="2.4"/></pattern>
</defs>`;

type Row = { until: number };

/** Each block in the first row that is free there, its label beside it. */
function rowsOf(faults: readonly FaultOutcome[], x: (ms: number) => number) {
  const rows: Row[] = [];
  const drawn = faults.map((fault) => {
    const from = x(fault.struckAtMs);
    const width = Math.max(3, x(fault.mendedAtMs ?? fault.struckAtMs) - from);
    const target = fault.target === '' ? '' : ` ${fault.target}`;
    const { zh, en } = faultNamed(fault.fault as FaultName).words;
    const length = Math.max(zh.length * 1.9, en.length) + target.length + 1;
    const labelWidth = length * LETTER + 8;
    const isRight = from + width + labelWidth > WIDTH;
    const start = isRight ? from - labelWidth : from;
    let at = rows.findIndex((row) => row.until < start);
    if (at < 0) at = rows.push({ until: 0 }) - 1;
    (rows[at] as Row).until = isRight ? from + width + 4 : from + width + labelWidth;
    const y = at * FAULT_ROW;
    const hue = fault.problem !== null ? 'none' : fault.isAct ? 'var(--accent)' : 'var(--refused)';
    const block = `<rect x="${one(from)}" y="${y + 3}" width="${one(width)}" height="14" rx="2" fill="${hue}" stroke="${fault.isAct ? 'var(--accent)' : 'var(--refused)'}"/>`;
    const place = isRight
      ? `x="${one(from - 6)}" text-anchor="end"`
      : `x="${one(from + width + 6)}"`;
    const label = (lang: string, words: string) =>
      `<text ${place} y="${y + 14}" class="strong" lang="${lang}">${escaped(words + target)}</text>`;
    return block + label('zh-CN', zh) + label('en', en);
  });
  return { rows: rows.length, drawn };
}

function flow(
  seen: readonly number[],
  lastsMs: number,
  x: (ms: number) => number,
  top: number,
): string {
  const counts = new Array<number>(Math.ceil(lastsMs / 1_000)).fill(0);
  for (const ms of seen) {
    const second = Math.min(counts.length - 1, Math.floor(ms / 1_000));
    counts[second] = (counts[second] ?? 0) + 1;
  }
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, second) => {
    const height = (count / most) * FLOW;
    const width = Math.max(1, x((second + 1) * 1_000) - x(second * 1_000) - 1.5);
    return rect(x(second * 1_000), top + FLOW - height, width, height, 'var(--quiet)');
  });
  return `<text x="0" y="${top + 12}" class="strong">${most}/s</text>${bars.join('')}`;
}

function axis(lastsMs: number, x: (ms: number) => number, bottom: number): string {
  const stepS =
    [5, 10, 15, 30, 60, 120, 300, 600, 1_800].find((step) => lastsMs / 1_000 / step <= 14) ?? 3_600;
  const marks: string[] = [];
  for (let second = 0; second * 1_000 <= lastsMs; second += stepS) {
    const at = one(x(second * 1_000));
    const label =
      second < 60
        ? `${second} s`
        : `${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}`;
    marks.push(
      `<path d="M${at} 0 V${bottom}" stroke="var(--line)"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${label}</text>`,
    );
  }
  return marks.join('');
}

function rect(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${one(x)}" y="${one(y)}" width="${one(width)}" height="${one(height)}" fill="${fill}"/>`;
}

function one(value: number): string {
  return value.toFixed(1);
}
