// `npm run drill -- kill [--rounds 20] [--seed N] [--json]`
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type KillReport, type KillRound, randomVictims, runKillDrill } from './kill-drill.ts';

const READY_MS_MAX = 3_000;
const SENDERS = 16;

/** @returns whether the drill has passed */
export async function killDrill(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      json: { type: 'boolean', default: false },
    },
  });
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kaimen-kill-'));
  const say = (text: string) => values.json || process.stdout.write(`${text}\n`);
  try {
    say(`kill -9 under load, ${values.rounds} rounds, seed ${values.seed}, ${machine()}`);
    const report = await runKillDrill({
      dataDir,
      victims: randomVictims(Number(values.rounds), Number(values.seed)),
      seed: Number(values.seed),
      senders: SENDERS,
      onRound: (round, number) => say(lineOf(round, number)),
    });
    const isPassed = report.wrongs.length === 0 && worst(report) < READY_MS_MAX;
    if (values.json) process.stdout.write(`${JSON.stringify({ ...report, isPassed })}\n`);
    for (const wrong of report.wrongs) say(`WRONG  ${wrong}`);
    say(summaryOf(report));
    say(isPassed ? 'passed' : 'FAILED');
    return isPassed;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Recovery is work: on a machine that is busy with other things it takes as many times longer. */
function machine(): string {
  return `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} before`;
}

function lineOf({ victim, readyMs, scanMs, answered }: KillRound, number: number): string {
  const figures = `ready in ${readyMs} ms, first scan in ${scanMs} ms, ${answered} answered`;
  return `${String(number).padStart(3)}  ${victim.padEnd(8)}  ${figures}`;
}

function summaryOf(report: KillReport): string {
  const ready = report.rounds.map((round) => round.readyMs).sort((a, b) => a - b);
  const scan = report.rounds.map((round) => round.scanMs).sort((a, b) => a - b);
  const half = Math.floor((ready.length - 1) / 2);
  return [
    `ready again: p50 ${ready[half]} ms, max ${ready.at(-1)} ms (limit ${READY_MS_MAX} ms); first scan: p50 ${scan[half]} ms, max ${scan.at(-1)} ms`,
    `${report.acknowledged} verdicts acknowledged, ${report.admitted} admissions: all there, none twice: ${report.wrongs.length === 0 ? 'yes' : 'NO'}`,
  ].join('\n');
}

function worst(report: KillReport): number {
  return Math.max(...report.rounds.map((round) => round.readyMs));
}
