// What a ticket costs the server process in memory while gates are open: two servers freshly started,
// one on a million tickets and one on few, after the same scans.
import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop, type Loop } from '#drill/load/loops.ts';
import { ServerProcess } from '#drill/server-process.ts';
import type { Figure } from './figure.ts';
import type { Match } from './match.ts';
import { residentBytes } from './processes.ts';
import { startScanning } from './scanning.ts';
import type { Size } from './size.ts';

const SETTLE_MS = 2_000;
const SCANNING_MS_MAX = 60_000;

/** Restarts both servers; the matches must have as many tickets left as are scanned. */
export async function measureMemory(few: Match, many: Match, size: Size): Promise<Figure> {
  const importerBytes = residentBytes(many.server.pid);
  await many.server.stop();
  await few.server.stop();
  const withFew = await residentAfterScans(few, size.memoryScans);
  const withMany = await residentAfterScans(many, size.memoryScans);
  return {
    id: 'memory',
    name: `Resident memory of the server a ticket: with ${many.tickets.toLocaleString('en')} less with ${few.tickets.toLocaleString('en')}`,
    value: (withMany - withFew) / (many.tickets - few.tickets),
    unit: 'bytes',
    target: { atMost: 200 },
    against: `two servers freshly started, after ${size.memoryScans.toLocaleString('en')} scans each`,
    parts: {
      withFewMegabytes: withFew / 1e6,
      withManyMegabytes: withMany / 1e6,
      importingProcessMegabytes: importerBytes / 1e6,
    },
    cpu: null,
  };
}

async function residentAfterScans(match: Match, scans: number): Promise<number> {
  await using server = await ServerProcess.start(match.server.dataDir);
  using scanning = await startScanning({ ...match, server });
  let left = scans;
  const loop: Loop = {
    ...scanning.loop,
    next: (connection, index) => (left-- > 0 ? scanning.loop.next(connection, index) : null),
  };
  const { answered, failed } = await closedLoop(scanning.connections.all, loop, SCANNING_MS_MAX);
  if (answered < scans || failed > 0) throw new Error('the scans before weighing went wrong');
  await delay(SETTLE_MS);
  return residentBytes(server.pid);
}
