// A program of the cluster under test: started, killed as `kill -9` does, started again, and ended with the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const LINES_MAX = 400;

type ProgramOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly owner?: { readonly uid: number; readonly gid: number };
};

export class Program {
  readonly name: string;
  readonly #options: ProgramOptions;
  readonly #said: string[] = [];
  #child: ChildProcess | null = null;

  constructor(name: string, options: ProgramOptions) {
    this.name = name;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  start(): this {
    const { command, args, env, owner } = this.#options;
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...env },
      cwd: '/tmp',
      ...owner,
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.#said.push(line);
        if (this.#said.length > LINES_MAX) this.#said.shift();
      });
    }
    child.once('error', (error) => this.#said.push(String(error)));
    this.#child = child;
    return this;
  }

  said(lines = 40): string {
    return `${this.name}:\n${this.#said.slice(-lines).join('\n')}`;
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null || !this.isRunning) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
