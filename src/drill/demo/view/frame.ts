// One frame of the live view: a page of lines, 80 columns wide. Pure.

import type { Palette, Tone } from './palette.ts';
import type { GateLook, Snapshot } from './snapshot.ts';
import { count, cut, left, right, widthOf } from './width.ts';
import { REASON_WORDS } from './words.ts';

export const PAGE_WIDTH = 80;
/** Fewer rows than this: two gates share a line. */
export const TALL_ROWS = 39;

/** 19:35 by the clock over the stand. */
const KICK_OFF_MIN = 19 * 60 + 35;
const BAR_CELLS = 8;
const REASON_WIDTH = 16;
const TOTAL_WIDTH = 16;
const PEOPLE_PER_CELL = 75;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';
const SPARKS = '▁▂▃▄▅▆▇█';
const REASON_ROWS = 2;
const NOTICES_SHOWN = 2;

export function frame(snapshot: Snapshot, palette: Palette, rows: number): string[] {
  const isTall = rows >= TALL_ROWS;
  return [
    ...masthead(snapshot, palette),
    '',
    ...totals(snapshot, palette),
    lastHour(snapshot, palette),
    ...(isTall ? ['', ...gateTable(snapshot, palette)] : gatePairs(snapshot, palette)),
    '',
    ...(isTall ? reasons(snapshot, palette) : []),
    ...notices(snapshot, palette, isTall ? NOTICES_SHOWN : 1),
  ].map((line) => ` ${line}`);
}

/** The time of day on the story's clock. */
export function timeOf(min: number): string {
  const seconds = Math.floor((KICK_OFF_MIN + min) * 60);
  const part = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${part(seconds / 3600)}:${part((seconds / 60) % 60)}:${part(seconds % 60)}`;
}

export function toKickOff(min: number): string {
  const seconds = Math.abs(Math.floor(min * 60));
  const part = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${min < 0 ? '−' : '+'}${part(seconds / 60)}:${part(seconds % 60)}`;
}

function masthead({ nowMin, speed, answersP99Ms }: Snapshot, { paint, bold }: Palette): string[] {
  const studs = `${paint('brass', '▪')} ${paint('hairline', '▫')} ${paint('brass', '▪')}   `;
  const inner = PAGE_WIDTH - 2 - widthOf(studs);
  const row = (text: string, end: string) => studs + left(text, inner - widthOf(end)) + end;
  return [
    row(bold('开门 Kaimen · 澜港德比 Langang derby'), bold(timeOf(nowMin))),
    row(
      '海燕 对 铁锚 · Petrels v Anchors',
      `${paint('quiet', '开球 kick-off')} ${bold(paint('brass', toKickOff(nowMin)))}`,
    ),
    row(
      paint('quiet', '望潮体育场 · Tidewatch Ground, 40,000'),
      paint('quiet', `答复 answers p99 ${Math.round(answersP99Ms)} ms   ${Math.round(speed)}×`),
    ),
  ];
}

function totals(snapshot: Snapshot, { paint, bold }: Palette): string[] {
  const cells: readonly (readonly [number, string, Tone])[] = [
    [snapshot.admitted - snapshot.left, '已入场 inside', 'paper'],
    [snapshot.perMinute, '每分钟 a minute', 'green'],
    [snapshot.queue, '排队 queueing', 'brass'],
    [snapshot.refused, '未放行 refused', 'red'],
    [snapshot.checked, '查证件 ID seen', 'amber'],
  ];
  return [
    inColumns(cells.map(([n, , tone]) => bold(paint(tone, count(n))))),
    inColumns(cells.map(([, label]) => paint('quiet', label))),
  ];
}

function inColumns(cells: readonly string[]): string {
  const [last = '', ...others] = [...cells].reverse();
  return (
    others
      .reverse()
      .map((cell) => left(cell, TOTAL_WIDTH))
      .join('') + last
  );
}

function lastHour({ lastHour: minutes, nowMin }: Snapshot, { paint }: Palette): string {
  const most = Math.max(1, ...minutes);
  const passed = Math.floor(nowMin) + minutes.length;
  const bars = minutes.map((n, index) => {
    if (index > passed) return paint('hairline', '·');
    return paint('brass', SPARKS[Math.min(7, Math.floor((n / most) * 7.99))] ?? '▁');
  });
  const peak = most > 1 ? ` ${count(most)}` : '';
  return `${paint('quiet', '每分 /min')} ${bars.join('')}${paint('quiet', peak)}`;
}

function gateTable({ gates }: Snapshot, palette: Palette): string[] {
  const { paint } = palette;
  const head = (cells: readonly string[]) =>
    paint(
      'quiet',
      left(cells[0] ?? '', 11) +
        right(cells[1] ?? '', 6) +
        right(cells[2] ?? '', 5) +
        right(cells[3] ?? '', 6) +
        ' '.repeat(BAR_CELLS + 1) +
        right(cells[4] ?? '', 5) +
        right(cells[5] ?? '', 8) +
        ' '.repeat(REASON_WIDTH + 2) +
        (cells[6] ?? ''),
    );
  return [
    head(['入口', '放行', '每分', '排队', '等候', '未放行', '状态']),
    head(['gate', 'in', '/min', 'queue', 'wait', 'refused', 'state']),
    ...gates.map((gate) => gateLine(gate, palette)),
  ];
}

function gateLine(gate: GateLook, palette: Palette): string {
  const { paint, bold } = palette;
  const isOpen = gate.state === 'open';
  const wait = gate.waitMin < 0.5 ? '' : `${Math.round(gate.waitMin)} min`.replace(' min', '′');
  const name = `${bold(left(gate.id, 3))}${paint('quiet', left(gate.name, 8))}`;
  return [
    isOpen ? name : paint('quiet', left(gate.id, 3) + left(gate.name, 8)),
    right(count(gate.admitted), 6),
    right(isOpen ? String(gate.perMinute) : '–', 5),
    right(gate.queue === 0 ? paint('hairline', '·') : count(gate.queue), 6),
    ' ',
    paint('brass', bar(gate.queue)),
    right(wait, 5),
    right(gate.refused === 0 ? paint('hairline', '·') : String(gate.refused), 8),
    ' ',
    left(paint('quiet', mostly(gate)), REASON_WIDTH),
    ' ',
    stateOf(gate, palette),
  ].join('');
}

/** Two gates on a line, for windows of 24 rows. */
function gatePairs({ gates }: Snapshot, palette: Palette): string[] {
  const { paint, bold } = palette;
  const half = Math.ceil(gates.length / 2);
  const cell = (gate: GateLook | undefined) => {
    if (gate === undefined) return '';
    const isOpen = gate.state === 'open';
    return left(
      bold(left(gate.id, 3)) +
        right(count(gate.admitted), 6) +
        right(isOpen ? String(gate.perMinute) : '–', 4) +
        right(count(gate.queue), 5) +
        ` ${paint('brass', bar(gate.queue))}` +
        right(String(gate.refused), 4) +
        ` ${cutState(gate, palette)}`,
      39,
    );
  };
  const head = '    放行 in /m 排队 queue     拒 ref';
  return [
    paint('quiet', left(head, 39) + head),
    ...Array.from({ length: half }, (_, index) => cell(gates[index]) + cell(gates[index + half])),
  ];
}

function bar(people: number): string {
  const eighths = Math.min(BAR_CELLS * 8, Math.round((people / PEOPLE_PER_CELL) * 8));
  const full = '█'.repeat(Math.floor(eighths / 8));
  const part = eighths % 8 === 0 ? '' : (EIGHTHS[eighths % 8] ?? '');
  return left(full + part, BAR_CELLS);
}

function mostly({ mostly: [first] }: GateLook): string {
  if (first === undefined) return '';
  const words = REASON_WORDS[first[0]];
  return cut(`${words['zh-CN']} ${words.en} ${first[1]}`, REASON_WIDTH);
}

function stateOf(gate: GateLook, { paint }: Palette): string {
  if (gate.state === 'dead') return paint('red', '✕ 断电 dark');
  if (gate.state === 'diverted') return paint('amber', '▸ 改道 away');
  if (gate.takes !== null) return paint('amber', `▪ 接收 ${gate.takes}`);
  return `${paint('green', '▪')} ${paint('quiet', '开放 open')}`;
}

function cutState(gate: GateLook, palette: Palette): string {
  const { paint } = palette;
  if (gate.state === 'dead') return paint('red', '✕');
  if (gate.state === 'diverted') return paint('amber', '▸');
  return paint(gate.takes === null ? 'green' : 'amber', '▪');
}

function reasons({ reasons: all }: Snapshot, { paint }: Palette): string[] {
  const lines = [''];
  for (const [reason, n] of all) {
    const words = REASON_WORDS[reason];
    const item = `${words['zh-CN']} ${words.en} ${count(n)}   `;
    const fits = widthOf((lines.at(-1) ?? '') + item.trimEnd()) <= PAGE_WIDTH - 2;
    if (fits) lines[lines.length - 1] += item;
    else if (lines.length < REASON_ROWS) lines.push(item);
  }
  while (lines.length < REASON_ROWS) lines.push('');
  return lines.map((line) => paint('quiet', line));
}

function notices(snapshot: Snapshot, { paint }: Palette, shown: number): string[] {
  const lines = snapshot.notices.slice(-shown).map((notice) => {
    const time = timeOf(notice.atMin).slice(0, 5);
    const text = `${notice['zh-CN']} · ${notice.en}`;
    return `${paint('quiet', time)} ${paint('amber', cut(text, PAGE_WIDTH - 8))}`;
  });
  while (lines.length < shown) lines.push('');
  return lines;
}
