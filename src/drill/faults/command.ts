// `npm run drill -- faults [--fault NAME] [--quick] [--json]`
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FAULTS, runFaultsDrill } from './faults-drill.ts';

/** @returns whether the drill has passed */
export async function faultsDrill(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fault: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const faults = FAULTS.filter(({ name }) => name.includes(values.fault ?? ''));
  if (faults.length === 0) {
    const names = FAULTS.map(({ name }) => `“${name}”`).join(', ');
    process.stderr.write(`there is no fault “${values.fault}”: there are ${names}\n`);
    return false;
  }
  const say = (line: string) => values.json || process.stdout.write(`${line}\n`);
  const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-faults-'));
  // PostgreSQL, which never runs as root, must reach its files in here.
  chmodSync(dir, 0o755);
  try {
    say(`${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)} before`);
    const times = values.quick
      ? { controlMs: 4_000, faultMs: 4_000, healMs: 4_000 }
      : { controlMs: 15_000, faultMs: 12_000, healMs: 8_000 };
    const report = await runFaultsDrill({ dir, faults, ...times, say });
    const isPassed =
      report.faults.every((fault) => fault.isPassed) && report.books.wrongs.length === 0;
    if (values.json) process.stdout.write(`${JSON.stringify({ ...report, isPassed })}\n`);
    const { shown, provisional, conflicts, wrongs } = report.books;
    for (const wrong of wrongs) say(`WRONG  ${wrong}`);
    say(`${shown} verdicts shown, ${provisional} provisional, ${conflicts} conflicts named`);
    say(isPassed ? 'passed' : 'FAILED');
    return isPassed;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
