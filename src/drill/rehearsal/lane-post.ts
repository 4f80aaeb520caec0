// A lane of the rehearsal: `kaimen lane` as a process of its own, which may die and be started again on the
// same journal. Codes go in one after the other; what it shows is written down here, by the one who presented.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Stand } from '#drill/catalogue/parties.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import type { Place } from './rehearsal-match.ts';

const PROGRAM = fileURLToPath(new URL('../../../bin/kaimen.js', import.meta.url));
const DRAIN_MS = 30_000;
const END_MS_MAX = 45_000;
/** What a steward scans before the lane is opened: a code of nobody. */
const OPENING_CODE = 'LANE-OPENING';

export type Verdict = Pick<ScanAnswer, 'scanId' | 'verdict' | 'reason' | 'rung'> & {
  readonly decidedAt: string;
};

export type LaneSetting = {
  readonly place: Place;
  readonly stand: Stand;
  readonly urls: readonly string[];
  readonly journal: string;
  readonly prefix: readonly string[];
  readonly env: NodeJS.ProcessEnv;
};

type InHand = { readonly at: number; readonly shown: (verdict: Verdict | null) => void };

export class LanePost {
  readonly setting: LaneSetting;
  /** What it told its steward. */
  readonly said: string[] = [];
  #child: ChildProcessByStdio<Writable, Readable, Readable> | null = null;
  #inHand: InHand | null = null;
  #isOpen = false;

  constructor(setting: LaneSetting) {
    this.setting = setting;
  }

  get number(): number {
    return this.setting.place.number;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Whether somebody may show a code here now. */
  get isFree(): boolean {
    return this.#isOpen && this.#inHand === null;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isBusy(): boolean {
    return this.#inHand !== null;
  }

  /** @returns once it has shown a verdict for the steward’s own code */
  async start(): Promise<void> {
    const { urls, journal, place, prefix, env } = this.setting;
    const args = [PROGRAM, 'lane', '--json', '--url', urls.join(','), '--journal', journal];
    args.push('--drain', String(DRAIN_MS), '--lang', 'en');
    const [command = '', ...rest] = [...prefix, process.execPath, ...args];
    const child = spawn(command, rest, {
      env: { ...process.env, ...env, KAIMEN_TOKEN: place.token },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.on('error', () => {});
    createInterface(child.stdout).on('line', (line) => this.#show(JSON.parse(line) as Verdict));
    createInterface(child.stderr).on('line', (line) => this.said.push(line));
    // Not “exit”: what it had shown by then is still to be read.
    child.on('close', () => this.#gone(child));
    await this.#present(OPENING_CODE);
    this.#isOpen = this.#child === child;
  }

  /** @returns what it showed; null when it died over it */
  present(code: string): Promise<Verdict | null> {
    if (!this.isFree) throw new Error(`lane ${this.number} is not free`);
    return this.#present(code);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** No more codes: it sends what it has written down, and ends. @returns its exit code */
  async end(): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    this.#isOpen = false;
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    clearTimeout(timer);
    return child.exitCode;
  }

  #present(code: string): Promise<Verdict | null> {
    const child = this.#child;
    if (child === null) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#inHand = { at: performance.now(), shown: resolve };
      child.stdin.write(`${code}\n`);
    });
  }

  #show(verdict: Verdict): void {
    const inHand = this.#inHand;
    if (inHand === null) throw new Error(`lane ${this.number} showed a verdict without a code`);
    this.#inHand = null;
    inHand.shown(verdict);
  }

  #gone(child: unknown): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#isOpen = false;
    const inHand = this.#inHand;
    this.#inHand = null;
    inHand?.shown(null);
  }
}
