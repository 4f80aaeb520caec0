// What the bench says: each figure beside a reference of the same run, because machines differ and are
// never as quiet as one thinks. Absolute values are for orientation.
import type { CpuSeconds } from './processes.ts';

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is measured against, in this run; null for a plain limit. */
  readonly reference: { readonly name: string; readonly value: number } | null;
  /** value ÷ reference, or the value itself. */
  readonly judged: number;
  readonly target: { readonly is: '≥' | '≤'; readonly than: number };
  readonly cpu: CpuSeconds | null;
  /** Single rounds, ranges, circumstances. */
  readonly detail: string;
};

export type Report = {
  readonly at: string;
  readonly command: string;
  readonly machine: string;
  readonly versions: string;
  /** Load of the machine before and after: a figure taken beside other work says less. */
  readonly load: readonly [before: number, after: number];
  readonly figures: readonly Figure[];
};

export function isMet({ judged, target }: Figure): boolean {
  return target.is === '≥' ? judged >= target.than : judged <= target.than;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function shown(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

export function lineOf(figure: Figure): string {
  const { name, value, unit, judged, target } = figure;
  const beside =
    figure.reference === null
      ? ''
      : ` · ${shown(judged)} of ${figure.reference.name} (${shown(figure.reference.value)})`;
  const sign = isMet(figure) ? 'met   ' : 'MISSED';
  return `${sign} ${name}: ${shown(value)} ${unit}${beside}; wanted ${target.is} ${target.than}`;
}

export function markdownOf(report: Report): string {
  const rows = report.figures.map((figure) => {
    const { name, value, unit, reference, judged, target, cpu, detail } = figure;
    const beside = reference === null ? '' : `${reference.name}: ${shown(reference.value)}`;
    const cost = cpu === null ? '' : `${shown(cpu.server)} + ${shown(cpu.postgres)}`;
    const verdict = `${shown(judged)} (${target.is} ${target.than}) ${isMet(figure) ? 'met' : '**missed**'}`;
    return `| ${name} | ${shown(value)} ${unit} | ${beside} | ${verdict} | ${cost} | ${detail} |`;
  });
  return `# Benchmarks

Made by \`${report.command}\`; do not edit. Each figure stands beside a reference measured in the same run: compare the
ratios, not the absolute values, and distrust both when the machine was busy.

- ${report.at}
- ${report.machine}
- ${report.versions}
- load of the machine before and after: ${report.load.map(shown).join(' and ')}

| figure | measured | reference | judged | CPU-seconds, server + PostgreSQL | detail |
|---|---|---|---|---|---|
${rows.join('\n')}

Client, server and PostgreSQL share the machine. The load comes from a process of its own (\`src/drill/load\`), over keep-alive
connections, one lane each, with tokens checked and every verdict stored. The echo is \`src/drill/bench/echo-server.ts\`: it parses a
JSON document of the same size and answers one of the size of ours. fdatasync is that of an 8 KiB append in the data directory.
`;
}
