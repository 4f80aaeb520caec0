// Sends what nobody should send, and says what was wrong with the answers.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Request, type Response, requestBytes } from '../src/drill/load/connection.ts';
import type { Connections } from '../src/drill/load/connections.ts';
import { type RawResponse, ResponseReader } from '../src/drill/load/response-reader.ts';

const SHOWN_CHARS = 400;
/** What no answer to anybody may hold: paths of our files, lines of a stack. */
const TELLS_TOO_MUCH = /node_modules|\n\s+at |file:\/\/|\.ts:\d+|SELECT .* FROM|INSERT INTO/;

export type Asked = {
  readonly request: Request;
  readonly check?: (response: Response) => string | null;
};

/** @returns what went wrong, request by request */
export async function sendAll(
  connections: Connections,
  count: number,
  make: (index: number) => Asked,
): Promise<string[]> {
  const faults: string[] = [];
  let next = 0;
  await Promise.all(
    connections.all.map(async (connection) => {
      while (next < count) {
        const index = next++;
        const { request, check } = make(index);
        const fault = await connection.request(request).then(
          (response) => faultOf(response) ?? check?.(response) ?? null,
          (error: Error) => error.message,
        );
        if (fault !== null) faults.push(`#${index} ${fault}: ${shown(request)}`);
      }
    }),
  );
  return faults;
}

function shown({ method, path, headers, body }: Request): string {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('latin1') : body;
  return JSON.stringify({ method, path, headers, body: text }).slice(0, SHOWN_CHARS);
}

function faultOf({ status, headers, body }: Response): string | null {
  // More was asked than the server can do beside its lanes: said on purpose, before anything was done.
  if (status === 503 && headers.has('retry-after') && body.includes('"overloaded"')) return null;
  if (status >= 500) return `${status} ${body.slice(0, SHOWN_CHARS)}`;
  if (status < 400) return null;
  if (TELLS_TOO_MUCH.test(body)) return `tells too much: ${body.slice(0, SHOWN_CHARS)}`;
  // What is not even HTTP is refused without words, and the connection ends.
  if (status === 400 && body === '' && headers.get('connection') === 'close') return null;
  const type = headers.get('content-type');
  return type?.startsWith('application/problem+json') === true
    ? null
    : `${status} as ${type}: ${body}`;
}

/**
 * Sends so many on one line before it waits for their answers, which come in the order of asking.
 *
 * @returns what went wrong, request by request
 */
export async function sendTogether(
  url: string,
  batches: readonly (readonly Request[])[],
  judge: (request: Request, response: RawResponse) => string | null,
): Promise<string[]> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const reader = new ResponseReader();
  const faults: string[] = [];
  for (const batch of batches) {
    socket.write(Buffer.concat(batch.map((each) => Buffer.from(requestBytes(host, each)))));
    const waiting = [...batch];
    while (waiting.length > 0) {
      const [bytes] = (await once(socket, 'data', {
        signal: AbortSignal.timeout(BATCH_WITHIN_MS),
      })) as [Buffer];
      let response = reader.push(bytes);
      for (; response !== null; response = reader.push(NOTHING)) {
        const request = waiting.shift();
        const fault = request === undefined ? 'nobody asked' : judge(request, response);
        if (fault !== null) faults.push(`${fault}: ${shown(request ?? { path: '' })}`);
      }
    }
  }
  socket.destroy();
  return faults;
}

const NOTHING = Buffer.alloc(0);
const BATCH_WITHIN_MS = 30_000;

/** After so long without a word it is our turn. */
const ANSWER_MS_MAX = 2_000;
const SILENCE_MS = 40;

/**
 * Writes each part once nothing more comes in answer to those before, and then ends its side.
 *
 * @returns what came back
 * @throws when the server does not end its side in time: somebody could hold it open for ever
 */
export async function sendRaw(
  url: string,
  parts: readonly Buffer[],
  withinMs: number,
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const received: Buffer[] = [];
  const left = [...parts];
  let silence: NodeJS.Timeout;
  const goOn = () => {
    const part = left.shift();
    if (part === undefined || !socket.writable) {
      socket.end();
      return;
    }
    socket.write(part);
    // What comes after whole requests ends the connection: their answers are waited for, however slow.
    silence = setTimeout(goOn, part.length > 0 && left.length > 0 ? ANSWER_MS_MAX : SILENCE_MS);
  };
  silence = setTimeout(goOn, SILENCE_MS);
  socket.on('data', (bytes) => {
    received.push(bytes);
    clearTimeout(silence);
    silence = setTimeout(goOn, SILENCE_MS);
  });
  // A server may close in the middle of nonsense.
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  const isClosed = await Promise.race([
    new Promise<true>((resolve) => socket.once('close', () => resolve(true))),
    pause(withinMs, false, { ref: false }),
  ]);
  clearTimeout(silence);
  socket.destroy();
  if (!isClosed) throw new Error(`held open by ${shown({ path: '', body: Buffer.concat(parts) })}`);
  return Buffer.concat(received).toString('latin1');
}
