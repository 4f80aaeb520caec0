// The reckoning in words: a small table and one plain sentence.
import { count, left, right } from '../view/width.ts';
import type { BalanceLine } from './balance.ts';

export type Ink = {
  good(text: string): string;
  bad(text: string): string;
  quiet(text: string): string;
};

export const NO_INK: Ink = { good: (text) => text, bad: (text) => text, quiet: (text) => text };
export const TERMINAL_INK: Ink = {
  good: (text) => `\x1b[32m${text}\x1b[39m`,
  bad: (text) => `\x1b[31m${text}\x1b[39m`,
  quiet: (text) => `\x1b[2m${text}\x1b[22m`,
};

const NAME_WIDTH = 44;
const NUMBER_WIDTH = 10;

/** @param outside - people who had not been served when the clock ran out */
export function reportLines(lines: readonly BalanceLine[], outside: number, ink: Ink): string[] {
  const head = `    ${left('对账 · Reconciliation', NAME_WIDTH)}${right('通道 lanes', NUMBER_WIDTH)}${right('服务器 server', NUMBER_WIDTH + 5)}`;
  const rows = lines.flatMap((line) => [
    `  ${line.isEqual ? ink.good('✓') : ink.bad('✕')} ${left(`${line['zh-CN']} · ${line.en}`, NAME_WIDTH)}` +
      right(count(line.lanes), NUMBER_WIDTH) +
      right(count(line.server), NUMBER_WIDTH + 5),
    ...line.off.map((off) => ink.bad(`      ${off}`)),
  ]);
  return [ink.quiet(head), ...rows, '', ...sentence(lines), ...stillOutside(outside)];
}

function stillOutside(people: number): string[] {
  if (people === 0) return [];
  const n = count(people);
  return [`  球已开，场外还有 ${n} 人 · The match is on, and ${n} people were still outside.`];
}

function sentence(lines: readonly BalanceLine[]): string[] {
  const [verdicts] = lines;
  const off = lines.filter((line) => !line.isEqual);
  if (off.length === 0) {
    const n = count(verdicts?.server ?? 0);
    return [
      `  账目相符：通道收到的 ${n} 条结果，服务器逐条都在；没有一张票多进一人。`,
      `  It balances: all ${n} verdicts that lanes were given are stored as given,`,
      '  and no ticket let in one person more than it is for.',
    ];
  }
  return [
    `  账目不符：${off.map((line) => line['zh-CN']).join('、')}。`,
    `  It does not balance: ${off.map((line) => line.en).join('; ')}.`,
  ];
}
