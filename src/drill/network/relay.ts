// A relay in a namespace, as the rehearsal sees it: a process that is told by lines what to carry and how.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { LineState } from './line.ts';

const PROGRAM = fileURLToPath(new URL('./main.ts', import.meta.url));

export type RelayOrder =
  | { readonly lay: string; readonly host: string; readonly port: number; readonly to: string }
  | { readonly befall: string; readonly name: string; readonly state: LineState }
  | { readonly mend: string; readonly name: string };

export class Relay implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    child.stdin.on('error', () => {});
  }

  /** @returns once every line is laid */
  static async start(prefix: readonly string[], lines: readonly RelayOrder[]): Promise<Relay> {
    const [command = '', ...args] = [...prefix, process.execPath, PROGRAM];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const relay = new Relay(child);
    const laid = createInterface(child.stdout);
    const ended = once(child, 'exit').then(() => {
      throw new Error('a relay did not start');
    });
    ended.catch(() => {});
    for (const line of lines) {
      relay.tell(line);
      await Promise.race([once(laid, 'line'), ended]);
    }
    return relay;
  }

  tell(order: RelayOrder): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
