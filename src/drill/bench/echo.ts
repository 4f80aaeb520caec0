import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openConnections } from '#drill/load/connections.ts';
import type { Loop } from '#drill/load/loops.ts';

const PROGRAM = fileURLToPath(new URL('./echo-server.ts', import.meta.url));

/** The echo in a process of its own, asked over as many connections as lanes. */
export async function startEcho(connectionCount: number, answerBytes: number) {
  const child = spawn(process.execPath, [PROGRAM, String(answerBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = /http:\/\/\S+/.exec(line)?.[0];
  if (url === undefined) throw new Error(`the echo did not start: ${line}`);
  const connections = await openConnections(url, connectionCount);
  const scannedAt = new Date().toISOString();
  const body = JSON.stringify({
    scanId: '00000000-0000-4000-8000-000000000000',
    code: 'KAAACAAAAEGJIOHDSL7UMQZVDE',
    direction: 'in',
    scannedAt,
    lane: 'north-1-1',
  });
  const loop: Loop = {
    next: (connection) =>
      connection.bytesOf({ path: '/echo', body, token: 'kmd_'.padEnd(36, 'x') }),
  };
  return {
    connections,
    loop,
    async stop() {
      connections.close();
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

export type Echo = Awaited<ReturnType<typeof startEcho>>;
