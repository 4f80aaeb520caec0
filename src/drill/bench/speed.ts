// How many admissions a second, and how long one takes when the gates are as busy as a full ground's.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { closedLoop, openLoop } from '#drill/load/loops.ts';
import type { Echo } from './echo.ts';
import { type Figure, median, shown } from './figures.ts';
import type { Match } from './match.ts';
import { type CpuSeconds, withCost } from './processes.ts';
import type { Scanning } from './scanning.ts';

const RATE_PER_SECOND = 200;
const SYNC_BYTES = 8 * 1024;

export type Pace = {
  readonly rounds: number;
  readonly roundMs: number;
  readonly latencyMs: number;
};

/** Echo and scans in turn, so that both see the same neighbours. */
export async function measureThroughput(
  match: Match,
  scanning: Scanning,
  echo: Echo,
  { rounds, roundMs }: Pace,
): Promise<Figure> {
  const ratios: number[] = [];
  const admissions: number[] = [];
  const echoes: number[] = [];
  let cpu: CpuSeconds = { server: 0, postgres: 0 };
  await closedLoop(scanning.connections.all, scanning.loop, roundMs);
  for (let round = 0; round < rounds; round++) {
    const reference = await closedLoop(echo.connections.all, echo.loop, roundMs);
    const cost = await withCost(match.server, () =>
      closedLoop(scanning.connections.all, scanning.loop, roundMs),
    );
    if (cost.result.failed > 0) throw new Error(`${cost.result.failed} tickets were not admitted`);
    cpu = { server: cpu.server + cost.cpu.server, postgres: cpu.postgres + cost.cpu.postgres };
    echoes.push(reference.perSecond);
    admissions.push(cost.result.perSecond);
    ratios.push(cost.result.perSecond / reference.perSecond);
  }
  return {
    name: `durable admissions over HTTP, ${match.lanes.length} connections`,
    value: median(admissions),
    unit: '/s',
    reference: { name: 'node:http echo', value: median(echoes) },
    judged: median(ratios),
    target: { is: '≥', than: 0.35 },
    cpu,
    detail: `median of ${rounds} rounds, each after one of the echo; ratios ${ratios.map(shown).join(', ')}`,
  };
}

export async function measureLatency(
  match: Match,
  scanning: Scanning,
  echo: Echo,
  { latencyMs }: Pace,
): Promise<Figure> {
  const reference = await openLoop(echo.connections, echo.loop, RATE_PER_SECOND, latencyMs);
  const syncP99Ms = await syncQuantileMs(match.server.dataDir, latencyMs);
  const { result, cpu } = await withCost(match.server, () =>
    openLoop(scanning.connections, scanning.loop, RATE_PER_SECOND, latencyMs),
  );
  if (result.failed > 0) throw new Error(`${result.failed} tickets were not admitted`);
  const echoP99Ms = reference.latency.quantileMs(0.99);
  const p99Ms = result.latency.quantileMs(0.99);
  const base = echoP99Ms + syncP99Ms;
  return {
    name: `p99 of a scan at ${RATE_PER_SECOND}/s`,
    value: p99Ms,
    unit: 'ms',
    reference: { name: 'p99 of echo + fdatasync, ms', value: base },
    judged: p99Ms / base,
    target: { is: '≤', than: 5 },
    cpu,
    detail: `p50 ${shown(result.latency.quantileMs(0.5))} ms; echo p99 ${shown(echoP99Ms)}, fdatasync p99 ${shown(syncP99Ms)}`,
  };
}

/** p99 of appending 8 KiB and syncing it, at the pace of the scans. */
async function syncQuantileMs(dataDir: string, durationMs: number): Promise<number> {
  const file = path.join(dataDir, 'bench-sync');
  const bytes = Buffer.alloc(SYNC_BYTES);
  const fd = openSync(file, 'a');
  const taken: number[] = [];
  try {
    const count = Math.max(100, Math.floor((RATE_PER_SECOND * durationMs) / 1_000 / 2));
    for (let index = 0; index < count; index++) {
      const startedAt = performance.now();
      writeSync(fd, bytes);
      fdatasyncSync(fd);
      taken.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 1_000 / RATE_PER_SECOND));
    }
  } finally {
    closeSync(fd);
    rmSync(file);
  }
  taken.sort((a, b) => a - b);
  return taken[Math.floor(taken.length * 0.99)] ?? Number.NaN;
}
