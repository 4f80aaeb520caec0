// `npm run bench [-- --quick] [--json]`: every figure of docs/benchmarks.md, measured on this machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ServerProcess } from '#drill/server-process.ts';
import { importFigure, measureList, measureSymbols } from './bulk.ts';
import { startEcho } from './echo.ts';
import { type Figure, isMet, lineOf, markdownOf, type Report, shown } from './figures.ts';
import { type Match, openMatch } from './match.ts';
import { startScanning } from './scanning.ts';
import { measureMemory, measureScaling } from './size.ts';
import { measureLatency, measureThroughput, type Pace } from './speed.ts';

const CONNECTIONS = 64;

type Plan = {
  readonly small: number;
  readonly ground: number;
  readonly large: number;
  readonly pairs: number;
  readonly pace: Pace;
};

const FULL: Plan = {
  small: 10_000,
  ground: 80_000,
  large: 1_000_000,
  pairs: 5,
  pace: { rounds: 7, roundMs: 3_000, latencyMs: 15_000 },
};
/** Shows that the bench works; its figures are worth nothing. */
const QUICK: Plan = {
  small: 4_000,
  ground: 8_000,
  large: 40_000,
  pairs: 1,
  pace: { rounds: 1, roundMs: 500, latencyMs: 1_500 },
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const isQuick = values.quick;
const load = loadavg()[0] ?? 0;
const figures = await measure(isQuick ? QUICK : FULL, (figure) => {
  process.stderr.write(`${lineOf(figure)}\n`);
});
const report: Report = {
  at: new Date().toISOString(),
  command: isQuick ? 'npm run bench -- --quick' : 'npm run bench',
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${shown(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
  versions: `Node ${process.versions.node}, PostgreSQL 18 (embedded), fsync on`,
  load: [load, loadavg()[0] ?? 0],
  figures,
};
if (!isQuick) {
  const docs = new URL('../../../docs/', import.meta.url);
  writeFileSync(new URL('benchmarks.json', docs), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(new URL('benchmarks.md', docs), markdownOf(report));
}
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
const missed = figures.filter((figure) => !isMet(figure)).length;
process.stderr.write(`${figures.length - missed} met, ${missed} missed\n`);
process.exitCode = isQuick || missed === 0 ? 0 : 1;

async function measure(plan: Plan, tell: (figure: Figure) => void): Promise<Figure[]> {
  const told: Figure[] = [];
  const say = (...figures: readonly Figure[]) => {
    for (const figure of figures) {
      told.push(figure);
      tell(figure);
    }
  };
  const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-bench-'));
  const servers: ServerProcess[] = [];
  const start = async (name: string) => {
    const server = await ServerProcess.start(path.join(dir, name));
    servers.push(server);
    return server;
  };
  try {
    const small = await start('small');
    const ground = await openMatch(small, { eventId: 'ground', tickets: plan.ground, lanes: 4 });
    say(importFigure(ground, 4), ...(await measureList(ground)), await measureSymbols(ground));
    await small.stop();

    const big = await start('large');
    const large = await openMatch(big, {
      eventId: 'large',
      tickets: plan.large,
      lanes: CONNECTIONS,
    });
    say(importFigure(large, 60));
    await measureSpeed(large, plan.pace, say);

    const few = await start('few');
    const matches: Match[] = [];
    for (let index = 0; index <= plan.pairs; index++) {
      const options = { eventId: `few-${index}`, tickets: plan.small, lanes: CONNECTIONS };
      matches.push(await openMatch(few, options));
    }
    const [kept, ...rounds] = matches;
    say(await measureScaling(rounds, large, Math.min(1_200, plan.pace.roundMs)));
    if (kept !== undefined) say(await measureMemory(kept, large));
  } finally {
    for (const server of servers) if (server.isRunning) await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  return told;
}

async function measureSpeed(
  match: Match,
  pace: Pace,
  say: (figure: Figure) => void,
): Promise<void> {
  const scanning = await startScanning(match);
  const echo = await startEcho(match.lanes.length, 420);
  try {
    say(await measureThroughput(match, scanning, echo, pace));
    say(await measureLatency(match, scanning, echo, pace));
  } finally {
    scanning.connections.close();
    await echo.stop();
  }
}
