// What a hundred times as many tickets cost: in speed, and in memory of the server.
import { closedLoop } from '#drill/load/loops.ts';
import { ServerProcess } from '#drill/server-process.ts';
import { type Figure, median, shown } from './figures.ts';
import type { Match } from './match.ts';
import { residentBytes } from './processes.ts';
import { startScanning } from './scanning.ts';

/** @param small - matches of few tickets, one for each round */
export async function measureScaling(
  small: readonly Match[],
  large: Match,
  roundMs: number,
): Promise<Figure> {
  const ratios: number[] = [];
  const rates: number[] = [];
  const references: number[] = [];
  const many = await startScanning(large);
  await closedLoop(many.connections.all, many.loop, roundMs);
  for (const match of small) {
    const few = await startScanning(match);
    const reference = await closedLoop(few.connections.all, few.loop, roundMs);
    few.connections.close();
    const result = await closedLoop(many.connections.all, many.loop, roundMs);
    if (reference.failed + result.failed > 0) throw new Error('not every ticket was admitted');
    rates.push(result.perSecond);
    references.push(reference.perSecond);
    ratios.push(result.perSecond / reference.perSecond);
  }
  many.connections.close();
  return {
    name: `admissions with ${shown(large.tickets)} tickets`,
    value: median(rates),
    unit: '/s',
    reference: { name: `with ${shown(small[0]?.tickets ?? 0)} tickets`, value: median(references) },
    judged: median(ratios),
    target: { is: '≥', than: 0.9 },
    cpu: null,
    detail: `median of ${ratios.length} pairs; ratios ${ratios.map(shown).join(', ')}`,
  };
}

const SCANS = 3_000;

/** Fresh processes on both data directories, after the same number of scans. */
export async function measureMemory(small: Match, large: Match): Promise<Figure> {
  const few = await residentAfterScans(small);
  const many = await residentAfterScans(large);
  const bytes = (many - few) / (large.tickets - small.tickets);
  return {
    name: 'memory of the server for one more ticket',
    value: bytes,
    unit: 'bytes',
    reference: null,
    judged: bytes,
    target: { is: '≤', than: 200 },
    cpu: null,
    detail: `resident ${shown(few / 2 ** 20)} MiB with ${shown(small.tickets)}, ${shown(many / 2 ** 20)} MiB with ${shown(large.tickets)}, each after ${SCANS} scans`,
  };
}

async function residentAfterScans(match: Match): Promise<number> {
  await match.server.stop();
  const server = await ServerProcess.start(match.server.dataDir);
  try {
    const scanning = await startScanning({ ...match, server });
    let left = SCANS;
    const { next } = scanning.loop;
    const some = {
      ...scanning.loop,
      next: (...asked: Parameters<typeof next>) => (left-- > 0 ? next(...asked) : null),
    };
    await closedLoop(scanning.connections.all, some, 60_000);
    scanning.connections.close();
    return residentBytes(server.pid);
  } finally {
    await server.stop();
  }
}
