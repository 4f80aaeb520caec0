// `npm run drill -- flood [--quick] [--json]`
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type FloodReport, type FloodSize, runFloodDrill } from './flood-drill.ts';

const RATIO_MAX = 1.5;
/** Of turns with the flood beside to calm ones. */
const MACHINE_RATIO_MAX = 1.25;

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
    rounds: values.quick ? 2 : 6,
    turnMs: values.quick ? 5_000 : 10_000,
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
    const { own } = report;
    if (own !== null) {
      say(
        `… of the ${own.calm} and ${own.flooded} turns that the machine had to itself: ${own.ratio.toFixed(2)}`,
      );
    }
    say(`… to that with the flood at a bare program beside: ${report.ratioBeside.toFixed(2)}`);
    if (isTooBusy(report)) {
      const share = report.ratioOfMachine.toFixed(2);
      say(
        `The flood beside alone made scans ${share} times as slow: this machine has no room for it,`,
      );
      say('and what the server adds to that is judged instead.');
    }
    for (const wrong of wrongs) say(`WRONG  ${wrong}`);
    say(wrongs.length === 0 ? 'passed' : 'FAILED');
    return wrongs.length === 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Whoever floods another program on the same cores takes as much from lanes: that is not this server's doing. */
function isTooBusy({ ratioOfMachine }: FloodReport): boolean {
  return !(ratioOfMachine <= MACHINE_RATIO_MAX);
}

function wrongsOf(report: FloodReport): string[] {
  const { calm, beside, flooded } = report;
  const wrongs: string[] = [];
  const turns = [...calm, ...beside, ...flooded];
  const sum = (value: (turn: (typeof turns)[number]) => number) =>
    turns.reduce((total, turn) => total + value(turn), 0);
  const failed = sum((turn) => turn.scansFailed);
  const judged = isTooBusy(report) ? report.ratioBeside : report.ratio;
  if (!(judged <= RATIO_MAX)) {
    wrongs.push(`the flood made scans ${judged.toFixed(2)} times as slow`);
  }
  if (failed > 0) wrongs.push(`${failed} good tickets were not admitted`);
  for (const kind of ['journal', 'list', 'control'] as const) {
    const missing = sum(({ steady }) => steady[kind].asked - steady[kind].answered);
    if (missing > 0) wrongs.push(`${missing} requests for ${kind} were not answered`);
  }
  const shed = flooded.reduce((total, turn) => total + (turn.flood?.shed ?? 0), 0);
  const untimed = sum((turn) => turn.flood?.shedWithoutTime ?? 0);
  const lost = sum((turn) => turn.flood?.lost ?? 0);
  if (shed === 0) wrongs.push('nothing was shed: that was no flood');
  if (untimed > 0) wrongs.push(`${untimed} refusals named no time in Retry-After`);
  if (lost > 0) wrongs.push(`${lost} requests of the flood were left without an answer`);
  return wrongs;
}
