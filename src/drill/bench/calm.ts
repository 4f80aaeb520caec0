// The hour before the rush: 200 scans a second, evenly, whether the last were answered or not. How long
// does the slowest fan in a hundred wait? Held against what the machine itself takes: an echo of the
// same requests at the same rate, and the disk's own time to make 8 KiB durable.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Histogram } from '#drill/load/histogram.ts';
import { openLoop } from '#drill/load/loops.ts';
import type { ServerProcess } from '#drill/server-process.ts';
import { startEcho } from './echo.ts';
import type { Figure } from './figure.ts';
import { openMatch } from './match.ts';
import { type CpuSeconds, withCost } from './processes.ts';
import { startEchoing, startScanning } from './scanning.ts';
import type { Size } from './size.ts';

const SCANS_PER_SECOND = 200;
const LANES = 64;
const APPEND_BYTES = 8 * 1024;
const APPENDS_PER_TURN = 400;
const APPEND_PAUSE_MS = 5;

export async function measureCalm(server: ServerProcess, size: Size): Promise<Figure> {
  const turnTickets = (SCANS_PER_SECOND * size.calmTurnMs) / 1_000;
  const match = await openMatch(server, {
    eventId: 'calm',
    // A stand may be asked for more than its share.
    tickets: turnTickets * (size.calmTurns + 1) * 2,
    lanes: LANES,
  });
  using scanning = await startScanning(match);
  await openLoop(scanning.connections, scanning.loop, SCANS_PER_SECOND, size.calmTurnMs / 2);
  await using echo = await startEcho(scanning.answerBytes());
  using echoing = await startEchoing(echo.url, match);
  await openLoop(echoing.connections, echoing.loop, SCANS_PER_SECOND, size.calmTurnMs / 2);
  const scans = new Histogram();
  const echoes = new Histogram();
  const syncs = new Histogram();
  const cpu = { server: 0, postgres: 0 };
  for (let turn = 0; turn < size.calmTurns; turn++) {
    const echoed = await openLoop(
      echoing.connections,
      echoing.loop,
      SCANS_PER_SECOND,
      size.calmTurnMs,
    );
    echoes.merge(echoed.latency);
    await appendDurably(server.dataDir, syncs);
    const { result, cpu: spent } = await withCost(server, () =>
      openLoop(scanning.connections, scanning.loop, SCANS_PER_SECOND, size.calmTurnMs),
    );
    if (result.failed > 0) throw new Error(`${result.failed} good tickets were not admitted`);
    scans.merge(result.latency);
    cpu.server += spent.server;
    cpu.postgres += spent.postgres;
  }
  return figureOf({ scans, echoes, syncs, cpu });
}

function figureOf(taken: {
  readonly scans: Histogram;
  readonly echoes: Histogram;
  readonly syncs: Histogram;
  readonly cpu: CpuSeconds;
}): Figure {
  const { scans, echoes, syncs, cpu } = taken;
  const [p99, echoP99, syncP99] = [scans, echoes, syncs].map((each) => each.quantileMs(0.99));
  return {
    id: 'calm',
    name: `99th percentile of a scan at ${SCANS_PER_SECOND} a second, to that of the echo plus that of fdatasync`,
    value: (p99 ?? Number.NaN) / ((echoP99 ?? Number.NaN) + (syncP99 ?? Number.NaN)),
    unit: '',
    target: { atMost: 5 },
    against: 'the echo at the same rate, and 8 KiB appended and made durable in the data directory',
    parts: {
      scanP50Ms: scans.quantileMs(0.5),
      scanP99Ms: p99 ?? Number.NaN,
      echoP50Ms: echoes.quantileMs(0.5),
      echoP99Ms: echoP99 ?? Number.NaN,
      fdatasyncP50Ms: syncs.quantileMs(0.5),
      fdatasyncP99Ms: syncP99 ?? Number.NaN,
      scans: scans.count,
    },
    cpu,
  };
}

async function appendDurably(dir: string, into: Histogram): Promise<void> {
  const file = path.join(dir, 'fdatasync-reference');
  const fd = openSync(file, 'a', 0o600);
  const block = Buffer.alloc(APPEND_BYTES, 1);
  try {
    for (let count = 0; count < APPENDS_PER_TURN; count++) {
      const startedAt = performance.now();
      writeSync(fd, block);
      fdatasyncSync(fd);
      into.add(performance.now() - startedAt);
      await delay(APPEND_PAUSE_MS);
    }
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}
