// `kaimen lane --releases DIR`: runs the lane of the release that the server names for its gate, and changes it
// between two scans. It knows nothing of lanes but that they take a code a line and give a verdict a line, so it runs
// the release before and the one after alike.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Orders } from './release-orders.ts';

/** A lane that has not answered a code by then is not waited for. */
const VERDICT_WITHIN_MS = 5_000;
/** The scan in hand is finished; what does not end by then is ended. */
const END_WITHIN_MS = 10_000;
/** Whoever ends by itself so soon did not start: the release before goes on. */
const STARTS_WITHIN_MS = 3_000;
const RESTART_AFTER_MS = 500;
const FIRST_ORDER_MS = 2_000;
/** One code, at lanes that end under it. */
const ATTEMPTS_MAX = 3;

export type LauncherSettings = {
  readonly dir: string;
  /** Runs while the server has named none, or cannot be reached. */
  readonly fallback: string;
  /** For the lane: `kaimen lane …`. */
  readonly args: readonly string[];
};

export type LauncherIo = {
  readonly codes: AsyncIterable<string>;
  readonly show: (line: string) => void;
  readonly tell: (words: string) => void;
  readonly stop: AbortSignal;
};

/** @returns the exit code of the last lane */
export async function runReleases(
  settings: LauncherSettings,
  orders: Orders,
  io: LauncherIo,
): Promise<number> {
  await Promise.race([orders.first, pause(FIRST_ORDER_MS)]);
  const launcher = new Launcher(settings, orders, io);
  orders.onChange(() => void launcher.obey());
  io.stop.addEventListener('abort', () => void launcher.change());
  await launcher.change();
  for await (const code of io.codes) {
    if (io.stop.aborted) break;
    await launcher.take(code);
  }
  return await launcher.end();
}

class Launcher {
  readonly #settings: LauncherSettings;
  readonly #orders: Orders;
  readonly #io: LauncherIo;
  /** Ended as soon as they were started. */
  readonly #unfit = new Set<string>();
  #lane: RunningLane | null = null;
  #isOver = false;
  /** One thing after the other: a scan, a change. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(settings: LauncherSettings, orders: Orders, io: LauncherIo) {
    this.#settings = settings;
    this.#orders = orders;
    this.#io = io;
  }

  take(code: string): Promise<void> {
    return this.#inTurn(async () => {
      const startedMs = performance.now();
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        await this.#bringUp();
        const said = await this.#lane?.scan(code);
        if (said === 'verdict') this.#orders.took(performance.now() - startedMs);
        // A lane that has died with it in hand has it in its journal, and finds it there again.
        if (said !== 'ended') return;
      }
    });
  }

  /** Another order: what did not start before may have been mended. */
  obey(): Promise<void> {
    this.#unfit.clear();
    return this.change();
  }

  change(): Promise<void> {
    return this.#inTurn(() => this.#bringUp());
  }

  end(): Promise<number> {
    return this.#inTurn(async () => {
      this.#isOver = true;
      return (await this.#lane?.end('stdin')) ?? 0;
    });
  }

  /** Has the lane running that is wanted, and no other. */
  async #bringUp(): Promise<void> {
    if (this.#isOver) return;
    const release = this.#io.stop.aborted ? null : this.#wanted();
    if (release === this.#lane?.release && this.#lane?.hasEnded !== true) return;
    await this.#lane?.end('SIGTERM');
    this.#lane = null;
    if (release !== null) this.#start(release);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #wanted(): string {
    const { dir, fallback } = this.#settings;
    const wanted = this.#orders.wanted() ?? fallback;
    if (wanted === fallback || this.#unfit.has(wanted)) return fallback;
    if (existsSync(programOf(dir, wanted))) return wanted;
    this.#io.tell(`release ${wanted} is not in ${dir}: this lane stays with what it runs`);
    return this.#lane?.release ?? fallback;
  }

  #start(release: string): void {
    const { dir, args } = this.#settings;
    const lane = new RunningLane(release, programOf(dir, release), args, this.#io.show);
    this.#lane = lane;
    this.#io.tell(`this lane runs release ${release}`);
    this.#orders.runs(release);
    const startedMs = performance.now();
    void lane.ended.then(async () => {
      if (lane.isEndWanted) return;
      if (performance.now() - startedMs < STARTS_WITHIN_MS) this.#unfit.add(release);
      this.#io.tell(`the lane of release ${release} has ended by itself`);
      await pause(RESTART_AFTER_MS);
      await this.change();
    });
  }
}

function programOf(dir: string, release: string): string {
  return path.resolve(dir, release, 'bin', 'kaimen.js');
}

class RunningLane {
  readonly release: string;
  readonly ended: Promise<number>;
  isEndWanted = false;
  hasEnded = false;
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor(
    release: string,
    program: string,
    args: readonly string[],
    show: (line: string) => void,
  ) {
    this.release = release;
    this.#child = spawn(process.execPath, [program, 'lane', ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdin, stdout } = this.#child;
    if (stdin === null || stdout === null) throw new Error('a lane has its lines');
    // It has ended by itself, and is started again.
    stdin.on('error', () => {});
    this.#lines = createInterface({ input: stdout });
    this.#lines.on('line', show);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve(1));
      this.#child.once('exit', (code) => resolve(code ?? 1));
    }).then((code) => {
      this.hasEnded = true;
      return code as number;
    });
  }

  /** `late`: no verdict came in time; it may still. */
  async scan(code: string): Promise<'verdict' | 'late' | 'ended'> {
    const over = AbortSignal.timeout(VERDICT_WITHIN_MS);
    const verdict = once(this.#lines, 'line', { signal: over }).then(
      () => 'verdict' as const,
      () => 'late' as const,
    );
    this.#child.stdin?.write(`${code}\n`);
    return await Promise.race([verdict, this.ended.then(() => 'ended' as const)]);
  }

  /** `stdin`: no code comes any more, and what is to be sent may still go up. */
  async end(how: 'SIGTERM' | 'stdin'): Promise<number> {
    this.isEndWanted = true;
    if (how === 'stdin') {
      this.#child.stdin?.end();
      return await this.ended;
    }
    this.#child.kill('SIGTERM');
    const isEnded = await Promise.race([
      this.ended.then(() => true),
      pause(END_WITHIN_MS, false, { ref: false }),
    ]);
    if (!isEnded) this.#child.kill('SIGKILL');
    return await this.ended;
  }
}
