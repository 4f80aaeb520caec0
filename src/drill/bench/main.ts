// `npm run bench`: measures this machine beside references of the same run, says whether the targets
// are met, and writes docs/benchmarks.json and docs/benchmarks.md.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ServerProcess } from '#drill/server-process.ts';
import { measureCalm } from './calm.ts';
import { type Figure, isMet } from './figure.ts';
import { thisMachine } from './machine.ts';
import { openMatch } from './match.ts';
import { measureMemory } from './memory.ts';
import { figureLine, type Report, reportJson, reportMarkdown } from './report.ts';
import { measureRush } from './rush.ts';
import { FULL, QUICK, type Size } from './size.ts';
import { importFigure, measureStadium } from './stadium.ts';

const USAGE = `npm run bench -- [--quick] [--json] [--data DIR]

  --quick     small sets, under a minute: shows that everything runs; nothing is written to docs/
  --json      one JSON document on stdout, progress on stderr
  --data DIR  on which disk: a directory that is made and removed again (default: the temporary one)
`;

const DOCS = new URL('../../../docs/', import.meta.url);
const LANES = 64;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      data: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const say = (line: string) => {
    (values.json ? process.stderr : process.stdout).write(`${line}\n`);
  };
  const report = await measure(values.quick, values.data, say);
  if (values.json) process.stdout.write(reportJson(report));
  if (values.quick) {
    say('A quick run: its figures are not kept.');
    return 0;
  }
  writeFileSync(new URL('benchmarks.json', DOCS), reportJson(report));
  writeFileSync(new URL('benchmarks.md', DOCS), reportMarkdown(report));
  say('Written to docs/benchmarks.json and docs/benchmarks.md.');
  return report.figures.every(isMet) ? 0 : 1;
}

async function measure(
  isQuick: boolean,
  data: string,
  say: (line: string) => void,
): Promise<Report> {
  const machine = thisMachine();
  const startedAt = performance.now();
  const dir = mkdtempSync(path.join(data, 'kaimen-bench-'));
  // PostgreSQL, which never runs as root, must reach its files in here.
  chmodSync(dir, 0o755);
  try {
    const figures = await measureAll(dir, isQuick ? QUICK : FULL, say);
    return {
      takenAt: new Date().toISOString(),
      command: `npm run bench${isQuick ? ' -- --quick' : ''}`,
      isQuick,
      machine,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      figures,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measureAll(dir: string, size: Size, say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  const take = (...taken: readonly Figure[]) => {
    figures.push(...taken);
    for (const figure of taken) say(figureLine(figure));
  };
  await using small = await ServerProcess.start(path.join(dir, 'small'));
  await using big = await ServerProcess.start(path.join(dir, 'big'));
  take(...(await measureStadium(small, size)));
  const lanes = LANES;
  const many = await openMatch(big, { eventId: 'million', tickets: size.bigTickets, lanes });
  take(importFigure('import-million', size.bigTickets, [many.imported], 60));
  take(...(await measureRush(small, many, size, say)).figures);
  take(await measureCalm(small, size));
  const few = await openMatch(small, { eventId: 'few', tickets: size.smallTickets, lanes });
  take(await measureMemory(few, many, size));
  return figures;
}

process.exit(await main(process.argv.slice(2)));
