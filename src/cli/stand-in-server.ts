// For tests: an HTTP server that answers as it is told and remembers what it was asked, and the
// command run as people run it, in a process of its own.
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

export type StandIn = AsyncDisposable & { readonly url: string; readonly asked: Asked[] };

/** @param answer - called once the request has been read whole */
export function standIn(
  answer: (asked: Asked, response: ServerResponse) => void,
): Promise<StandIn> {
  return standInEarly(async (request, response, asked) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const whole = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body,
    };
    asked.push(whole);
    answer(whole, response);
  });
}

/** The same, for answers that do not wait for the end of the request. */
export async function standInEarly(
  handle: (request: IncomingMessage, response: ServerResponse, asked: Asked[]) => unknown,
): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void handle(request, response, asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

export function problemBody(status: number, code: string, rest: object = {}): object {
  return {
    type: `https://kaimen.example/problems/${code}`,
    title: 'A title',
    status,
    code,
    ...rest,
  };
}

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

const KAIMEN = fileURLToPath(new URL('../../bin/kaimen.js', import.meta.url));

/** Runs `kaimen` with a token; `env` adds to or overrules what it sees. */
export function kaimen(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
  stop?: AbortSignal,
): Promise<Ended> {
  const { PATH: path = '' } = process.env;
  const child = spawn(process.execPath, [...nodeArgs, KAIMEN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: path, KAIMEN_TOKEN: 'token-of-a-test', ...env },
  });
  stop?.addEventListener('abort', () => child.kill('SIGTERM'));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
