// The server as a process of its own, as an operator runs it: started, killed and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../server/main.ts', import.meta.url));
const OUTPUT_LINES_MAX = 200;

/** How it is run, where that is not this checkout’s server on this machine as it stands. */
export type RunAs = {
  /** Its `main.ts`. */
  readonly program?: string;
  /** What stands before the command. */
  readonly prefix?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
};

export type ProgramResult = { readonly code: number; readonly out: string; readonly err: string };

/** Runs the server program to its end, such as `restore FILE --data DIR`. */
export async function runServerProgram(
  args: readonly string[],
  { program = PROGRAM }: RunAs = {},
): Promise<ProgramResult> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: withoutDatabase(),
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code: code ?? -1, out, err };
}

export class ServerProcess implements AsyncDisposable {
  readonly dataDir: string;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #said: string[];

  private constructor(dataDir: string, child: ChildProcess, url: string, said: string[]) {
    this.dataDir = dataDir;
    this.url = url;
    this.#child = child;
    this.#said = said;
    this.#exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  }

  /**
   * @param port - 0 takes a free one; a server that is started again gets the one it had
   * @param more - further options of “serve”
   * @param runAs - elsewhere, or from another checkout
   */
  static async start(
    dataDir: string,
    port = 0,
    more: readonly string[] = [],
    { program = PROGRAM, prefix = [], env = {} }: RunAs = {},
  ): Promise<ServerProcess> {
    const serve = [program, 'serve', '--data', dataDir, '--port', String(port), ...more];
    const [command = '', ...args] = [...prefix, process.execPath, ...serve];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withoutDatabase(), ...env },
    });
    const said: string[] = [];
    createInterface(child.stderr).on('line', (line) => {
      said.push(line);
      if (said.length > OUTPUT_LINES_MAX) said.shift();
    });
    const exited = once(child, 'exit').then(() => null);
    const ready = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
    const line = await Promise.race([ready, exited]);
    const url = line === null ? null : /https?:\/\/\S+/.exec(line);
    if (url === null) throw new Error(`the server did not start:\n${said.join('\n')}`);
    return new ServerProcess(dataDir, child, url[0], said);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get adminToken(): string {
    return readFileSync(path.join(this.dataDir, 'admin-token'), 'utf8').trim();
  }

  /** Of its PostgreSQL; null while there is none. */
  get postmaster(): number | null {
    try {
      const file = path.join(this.dataDir, 'postgres', 'postmaster.pid');
      const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
      return pid > 1 ? pid : null;
    } catch {
      return null;
    }
  }

  /** The last lines of its log. */
  said(): string {
    return this.#said.join('\n');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** @returns its exit code; null when it died of a signal instead */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.#exited;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) await this.stop();
  }
}

/** Always its own PostgreSQL, whatever the environment of the drill names. */
function withoutDatabase(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ...env } = process.env;
  return env;
}
