// A bench in words: lines for the terminal, a table for docs/benchmarks.md, JSON for machines.
import { type Figure, isMet, rounded, targetWords } from './figure.ts';
import type { Machine } from './machine.ts';

export type Report = {
  readonly takenAt: string;
  readonly command: string;
  readonly isQuick: boolean;
  readonly machine: Machine;
  readonly seconds: number;
  readonly figures: readonly Figure[];
};

export function figureLine(figure: Figure): string {
  const mark = isMet(figure) ? '✓' : '✗';
  const words = `${mark} ${figure.name}: ${valueWords(figure)} (${targetWords(figure)})`;
  return figure.cpu === null ? words : `${words}, CPU-seconds ${cpuWords(figure)}`;
}

export function reportJson(report: Report): string {
  const figures = report.figures.map((figure) => ({
    ...figure,
    value: rounded(figure.value),
    isMet: isMet(figure),
    parts: roundedParts(figure.parts),
    cpu: figure.cpu && {
      server: rounded(figure.cpu.server),
      postgres: rounded(figure.cpu.postgres),
    },
  }));
  return `${JSON.stringify({ ...report, figures }, null, 1)}\n`;
}

export function reportMarkdown(report: Report): string {
  const { machine, figures, takenAt, command } = report;
  const { processor, cores, memoryGigabytes, system, versions, loadBefore } = machine;
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Benchmarks

Written by \`${command}\` on ${takenAt.slice(0, 10)}; the numbers behind it are in [benchmarks.json](benchmarks.json).
Run it on your own machine: every figure of speed is a ratio to a reference measured in the same minutes, by the
same client, because seconds of one machine say nothing about another.

${cores} × ${processor}, ${memoryGigabytes} GB, ${system}; ${software.join(', ')}. Client, server and
PostgreSQL shared these cores${loadBefore > 1 ? `, with other work on the machine (load ${loadBefore} before it began)` : ''}.

| figure | measured | target | met | CPU-s server + PostgreSQL |
|---|---|---|---|---|
${figures.map(tableRow).join('\n')}

## From what each follows

${figures.map(section).join('\n\n')}
`;
}

function tableRow(figure: Figure): string {
  const met = isMet(figure) ? 'yes' : '**no**';
  const cpu = figure.cpu === null ? '' : cpuWords(figure);
  return `| ${figure.name} | ${valueWords(figure)} | ${targetWords(figure)} | ${met} | ${cpu} |`;
}

function section(figure: Figure): string {
  const parts = Object.entries(roundedParts(figure.parts)).map(
    ([name, value]) => `${wordsOf(name)} ${Array.isArray(value) ? value.join(' · ') : value}`,
  );
  return `**${figure.name}.** Against ${figure.against}: ${parts.join('; ')}.`;
}

/** \`echoesPerSecond\` → \`echoes per second\`. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/ ms$/, ' (ms)');
}

function valueWords({ value, unit }: Figure): string {
  const shown = String(rounded(value));
  return unit === '' ? shown : `${shown} ${unit}`;
}

function cpuWords({ cpu }: Figure): string {
  return cpu === null ? '' : `${rounded(cpu.server)} + ${rounded(cpu.postgres)}`;
}

function roundedParts(parts: Figure['parts']): Record<string, number | string | number[]> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, value]) => {
      if (typeof value === 'number') return [name, rounded(value)];
      return [name, typeof value === 'string' ? value : value.map(rounded)];
    }),
  );
}
