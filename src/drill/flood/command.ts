// `npm run drill -- flood [--quick] [--json]`
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type FloodReport, type FloodSize, runFloodDrill } from './flood-drill.ts';

const RATIO_MAX = 1.5;

/** @returns whether the drill has passed */
export async function floodDrill(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      times: { type: 'string', default: '10' },
    },
  });
  const size: FloodSize = {
    rounds: values.quick ? 2 : 7,
    turnMs: values.quick ? 5_000 : 12_000,
    scansPerSecond: 200,
    lanes: 64,
    times: Number(values.times),
  };
  const say = (line: string) => values.json || process.stdout.write(`${line}\n`);
  const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-flood-'));
  // PostgreSQL, which never runs as root, must reach its files in here.
  chmodSync(dir, 0o755);
  try {
    say(`${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} before`);
    const report = await runFloodDrill(path.join(dir, 'data'), size, say);
    const wrongs = wrongsOf(report);
    if (values.json) process.stdout.write(`${JSON.stringify({ ...report, wrongs })}\n`);
    for (const line of report.metrics) say(line);
    say(
      `scan p99 with the flood to that without: ${report.ratio.toFixed(2)} (at most ${RATIO_MAX})`,
    );
    for (const wrong of wrongs) say(`WRONG  ${wrong}`);
    say(wrongs.length === 0 ? 'passed' : 'FAILED');
    return wrongs.length === 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function wrongsOf({ ratio, calm, flooded }: FloodReport): string[] {
  const wrongs: string[] = [];
  const turns = [...calm, ...flooded];
  const sum = (value: (turn: (typeof turns)[number]) => number) =>
    turns.reduce((total, turn) => total + value(turn), 0);
  const failed = sum((turn) => turn.scansFailed);
  if (!(ratio <= RATIO_MAX)) wrongs.push(`the flood made scans ${ratio.toFixed(2)} times as slow`);
  if (failed > 0) wrongs.push(`${failed} good tickets were not admitted`);
  for (const kind of ['journal', 'list', 'control'] as const) {
    const missing = sum(({ steady }) => steady[kind].asked - steady[kind].answered);
    if (missing > 0) wrongs.push(`${missing} requests for ${kind} were not answered`);
  }
  const shed = sum((turn) => turn.flood?.shed ?? 0);
  const untimed = sum((turn) => turn.flood?.shedWithoutTime ?? 0);
  const lost = sum((turn) => turn.flood?.lost ?? 0);
  if (shed === 0) wrongs.push('nothing was shed: that was no flood');
  if (untimed > 0) wrongs.push(`${untimed} refusals named no time in Retry-After`);
  if (lost > 0) wrongs.push(`${lost} requests of the flood were left without an answer`);
  return wrongs;
}
