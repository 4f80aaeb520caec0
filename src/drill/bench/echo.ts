import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./echo-server.ts', import.meta.url));

export type Echo = AsyncDisposable & { readonly url: string; readonly pid: number };

/** The reference as a process of its own. @param answerBytes - size its answers are filled up to */
export async function startEcho(answerBytes: number): Promise<Echo> {
  const child = spawn(process.execPath, [PROGRAM, String(answerBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const ready = once(createInterface(child.stdout), 'line');
  const [line] = (await Promise.race([ready, exited])) as [unknown];
  const url = /http:\/\/\S+/.exec(String(line))?.[0];
  if (url === undefined) throw new Error('the reference server did not start');
  return {
    url,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
