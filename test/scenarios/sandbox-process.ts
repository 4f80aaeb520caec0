// The sandbox provider as a process of its own, so that what it does takes no time from whoever asks it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(
  new URL('../../src/server/payments/sandbox/main.ts', import.meta.url),
);

export class SandboxProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #secret: string;

  private constructor(child: ChildProcess, url: string, secret: string) {
    this.#child = child;
    this.url = url;
    this.#secret = secret;
  }

  /** @param options - as its command takes them */
  static async start(
    secretFile: string,
    secret: string,
    options: readonly string[],
  ): Promise<SandboxProcess> {
    const args = [PROGRAM, '--secret-file', secretFile, ...options];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface(child.stdout), 'line');
    const url = /https?:\/\/\S+/.exec(String(line))?.[0];
    if (url === undefined) throw new Error(`the sandbox did not start: ${line}`);
    return new SandboxProcess(child, url, secret);
  }

  /** Everything that it took and gave back so far. */
  async bill(): Promise<string> {
    const headers = { authorization: `Bearer ${this.#secret}` };
    const answer = await fetch(`${this.url}/bill/`, { headers });
    if (!answer.ok) throw new Error(`no bill: ${answer.status}`);
    return await answer.text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
