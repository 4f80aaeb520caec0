// The demonstration: starts a server, plays a sold-out derby at its gates, holds the books together.
import { createServer } from 'node:net';
import { ServerProcess } from '#drill/server-process.ts';
import { NO_INK, reportLines, TERMINAL_INK } from './balance/report.ts';
import { emptyDataDirectory, markDataDirectory } from './data-directory.ts';
import { playEvening, type Show, seedOf } from './evening.ts';
import { nextSteps } from './next-steps.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { showNight } from './view/screen.ts';

const USUAL_PORT = 8080;
const STOP_ITSELF_MS = 5_000;
const INTERRUPTED = 130;

const out = process.stdout;
const stopping = new AbortController();

/** @returns the exit code: 0 when the night balances */
export async function runDemo(args: readonly string[]): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  try {
    const options = readOptions(args);
    if (!options.help) return await run(options);
    out.write(USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`demo: ${(error as Error).message}\n`);
    return 1;
  }
}

async function run(options: Options): Promise<number> {
  const dataDir = emptyDataDirectory(options.dataDir);
  out.write('\n  开门 Kaimen · 澜港德比 · Langang derby\n\n');
  const server = await progress('启动服务器与 PostgreSQL · start the server', async () =>
    ServerProcess.start(dataDir, await usualPort()),
  );
  try {
    markDataDirectory(dataDir);
    const { speed } = options;
    const { signal } = stopping;
    const seed = await progress('写出今晚的故事 · write tonight’s story', async () => seedOf());
    const show: Show = (look) => showNight(out, look);
    const evening = await playEvening(server, seed, { speed, progress, show, signal });
    if (evening === null) return INTERRUPTED;
    const { balance, ledger } = evening;
    const ink = out.isTTY && process.env['NO_COLOR'] === undefined ? TERMINAL_INK : NO_INK;
    out.write(`\n${reportLines(balance, evening.outside, ink).join('\n')}\n`);
    if (!options.keepsServer) await server.stop();
    const { url, isRunning } = server;
    out.write(`\n${nextSteps({ dataDir, url, isRunning, seed, ledger }).join('\n')}\n\n`);
    if (isRunning) await aborted(stopping.signal);
    return balance.every((line) => line.isEqual) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${server.said()}\n`);
    throw error;
  } finally {
    await end(server);
  }
}

/** Says what is under way, and how long it took. */
async function progress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  out.write(`  ${what} … `);
  const result = await work();
  out.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return result;
}

/** The usual port if nobody has it: then the commands need no address. */
async function usualPort(): Promise<number> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(USUAL_PORT, '127.0.0.1', () => probe.close(() => resolve(USUAL_PORT)));
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

/** A Ctrl-C reaches the server as well as us, and a second word to stop would cut it short. */
async function end(server: ServerProcess): Promise<void> {
  const until = performance.now() + (stopping.signal.aborted ? STOP_ITSELF_MS : 0);
  while (server.isRunning && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (server.isRunning) await server.stop();
}
