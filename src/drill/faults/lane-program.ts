// A lane as it stands at a gate: `kaimen lane`, a process of its own. Codes go in one after the other, the
// verdict of each comes out in the same order.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Lane } from '#drill/drill-client.ts';
import type { ScanAnswer } from '#protocol/scans.ts';

const PROGRAM = fileURLToPath(new URL('../../../bin/kaimen.js', import.meta.url));
const STOP_MS_MAX = 40_000;

/** What a lane prints for a code. */
export type Shown = Pick<ScanAnswer, 'scanId' | 'verdict' | 'reason' | 'rung'>;

export type Presented = {
  readonly lane: number;
  /** Serial of the ticket, from 1. */
  readonly ticket: number;
  readonly at: number;
  readonly ms: number;
  readonly shown: Shown;
};

type Waiting = { readonly ticket: number; readonly at: number };

export class LaneProgram {
  readonly deviceId: string;
  readonly #number: number;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting: Waiting[] = [];
  readonly #said: string[] = [];

  constructor(
    number: number,
    lane: Lane,
    place: { readonly urls: readonly string[]; readonly journal: string },
    onShown: (presented: Presented) => void,
  ) {
    this.#number = number;
    this.deviceId = lane.deviceId;
    const args = ['lane', '--json', '--url', place.urls.join(','), '--journal', place.journal];
    this.#child = spawn(process.execPath, [PROGRAM, ...args, '--drain', '30000'], {
      env: { ...process.env, KAIMEN_TOKEN: lane.token },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A lane that has died is found out by the verdicts that are missing.
    this.#child.stdin.on('error', () => {});
    createInterface(this.#child.stdout).on('line', (line) => {
      const { ticket, at } = this.#next(line);
      const shown = JSON.parse(line) as Shown;
      onShown({ lane: this.#number, ticket, at, ms: performance.now() - at, shown });
    });
    createInterface(this.#child.stderr).on('line', (line) => this.#said.push(line));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** What it told its steward. */
  get said(): readonly string[] {
    return this.#said;
  }

  present(ticket: number, code: string): void {
    this.#waiting.push({ ticket, at: performance.now() });
    this.#child.stdin.write(`${code}\n`);
  }

  /** No more codes: it sends what it has written down, and ends. @returns its exit code */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return exitCode;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS_MAX);
    await once(this.#child, 'exit');
    clearTimeout(timer);
    return this.#child.exitCode;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #next(line: string): Waiting {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) throw new Error(`lane ${this.#number} said without a code: ${line}`);
    return waiting;
  }
}
