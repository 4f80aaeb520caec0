// Every word a command exchanges with the server. Refusals of the server, and a server that is not
// there, become failures that say what to do.
import { createHash, randomUUID } from 'node:crypto';
import { problem } from '#protocol/problem.ts';
import { CommandFailure, failureOf } from './failure.ts';
import { repeating } from './repeating.ts';
import type { Upload } from './upload.ts';

const ANSWER_MAX_MS = 60_000;
/** A long answer may pause, while a disk or a printing thread is behind, but not for ever. */
const PAUSE_MAX_MS = 120_000;
const FOREIGN_TEXT_MAX = 200;

/** What of a schema this program uses; the schemas themselves are in `protocol/`. */
type Schema<T> = { safeParse(value: unknown): { success: boolean; data?: T | undefined } };

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type Call = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly upload?: Upload;
};

export type Client = {
  /** @returns the answer as it came: fields that this version does not know pass through. */
  ask<T>(schema: Schema<T>, call: Call): Promise<T>;
  /** An answer too large to hold, or not JSON. */
  stream(call: Call): Promise<{ body: AsyncIterable<Uint8Array>; bytesTotal: number | null }>;
};

/** Writes a path with every part escaped: `` at`/events/${id}/open` ``. */
export function at(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((path, part, index) => {
    const value = values[index - 1];
    return `${path}${value === undefined ? '' : encodeURIComponent(value)}${part}`;
  });
}

export function createClient(url: string, token: string): Client {
  async function send(
    call: Call,
    signal: AbortSignal | null,
    key: string | null = null,
  ): Promise<Response> {
    const target = new URL(`/api/v1${call.path}`, url);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    let response: Response;
    try {
      response = await fetch(target, requestOf(call, token, signal, key));
    } catch (error) {
      // What reading our own file throws comes out of `fetch` too.
      throw failureOf(fileError(error)) ?? unreachable(url, error);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  return {
    async ask(schema, call) {
      // An upload takes as long as the line needs; anything else that takes a minute is stuck.
      const isUpload = call.upload !== undefined;
      const isWrite = (call.method ?? 'GET') !== 'GET';
      const key = isWrite ? randomUUID() : null;
      const once = async () => {
        const signal = isUpload ? null : AbortSignal.timeout(ANSWER_MAX_MS);
        return await bodyOf(url, await send(call, signal, key));
      };
      const text = key === null ? await once() : await repeating(once, tellOfRepeat);
      const answer = parseJson(text);
      const parsed = schema.safeParse(answer);
      if (!parsed.success) {
        throw new CommandFailure(`${url} answered in a form that this version does not know`, {
          code: 'unknown-answer',
          mend: 'check that --url names a Kaimen server of the same version',
        });
      }
      return answer as NonNullable<typeof parsed.data>;
    },
    async stream(call) {
      const pause = new AbortController();
      const response = await send(call, pause.signal);
      const length = Number(response.headers.get('content-length') ?? Number.NaN);
      return {
        body: translated(url, response, pause),
        bytesTotal: Number.isFinite(length) ? length : null,
      };
    },
  };
}

function tellOfRepeat(): void {
  process.stderr.write('the server does not answer just now: sending it again, it is done once\n');
}

function requestOf(
  call: Call,
  token: string,
  signal: AbortSignal | null,
  key: string | null,
): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (key !== null) headers['idempotency-key'] = `"${key}"`;
  const request: RequestInit = { method: call.method ?? 'GET', headers, redirect: 'error' };
  if (signal !== null) request.signal = signal;
  if (call.body !== undefined) {
    headers['content-type'] = 'application/json';
    request.body = JSON.stringify(call.body);
  }
  if (call.upload !== undefined) {
    headers['content-type'] = call.upload.type;
    request.body = ReadableStream.from(call.upload.open()) as NonNullable<RequestInit['body']>;
    request.duplex = 'half';
  }
  return request;
}

/** A line cut off in the middle of an answer is as plain a failure as one that never opened. */
async function* translated(
  url: string,
  response: Response,
  pause: AbortController,
): AsyncGenerator<Uint8Array> {
  const watch = setTimeout(() => pause.abort(PAUSED), PAUSE_MAX_MS);
  try {
    for await (const chunk of response.body ?? []) {
      yield chunk;
      watch.refresh();
    }
  } catch (error) {
    if (error !== PAUSED) throw unreachable(url, error);
    throw new CommandFailure(`${url} stopped in the middle of its answer`, {
      code: 'timeout',
      mend: 'look at the server’s log, then try again',
    });
  } finally {
    clearTimeout(watch);
  }
}

const PAUSED = new Error('the answer paused too long');

async function bodyOf(url: string, response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw unreachable(url, error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function refusal(response: Response): Promise<CommandFailure> {
  const text = await response.text().catch(() => '');
  const parsed = problem.safeParse(parseJson(text));
  if (!parsed.success) {
    const said = text.replace(/\s+/g, ' ').trim().slice(0, FOREIGN_TEXT_MAX);
    return new CommandFailure(
      `the server answered ${response.status} ${response.statusText}${said === '' ? '' : `: ${said}`}`,
      { code: `http-${response.status}`, mend: 'check that --url names a Kaimen server' },
    );
  }
  const { code, title, detail, mend, errors } = parsed.data;
  // One fault stands in the first line; of several, each gets a line of its own below.
  const isList = errors !== undefined && errors.length > 1;
  return new CommandFailure(isList ? title : (detail ?? title), {
    code,
    mend: response.status === 401 ? TOKEN_MEND : mend,
    errors,
  });
}

export const TOKEN_MEND =
  'set KAIMEN_TOKEN to a token that is not revoked, or give --data DIR, the server’s data directory';

function unreachable(url: string, error: unknown): CommandFailure {
  const code = causeOf(error);
  if (code === 'ECONNREFUSED') {
    return new CommandFailure(`nothing answers at ${url}`, {
      code: 'unreachable',
      mend: 'start the server with “kaimen serve --data DIR”, or name another with --url',
    });
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new CommandFailure(`${url} did not answer within ${ANSWER_MAX_MS / 1000} s`, {
      code: 'timeout',
      mend: 'look at the server’s log, then try again',
    });
  }
  return new CommandFailure(`${url} cannot be reached: ${code}`, {
    code: 'unreachable',
    cause: code,
    mend: REACH_MENDS[code] ?? 'check the network and --url, then try again',
  });
}

const REACH_MENDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'check the host name in --url',
  ECONNRESET: 'the server closed the connection: look at its log, then try again',
  UND_ERR_SOCKET: 'the server closed the connection: look at its log, then try again',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'set NODE_EXTRA_CA_CERTS to the certificate of the server',
  SELF_SIGNED_CERT_IN_CHAIN: 'set NODE_EXTRA_CA_CERTS to the certificate of the authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'set NODE_EXTRA_CA_CERTS to the certificate of the authority',
};

/** `fetch` wraps what happened in one or two layers; the innermost code, or words, say it plainly. */
function causeOf(error: unknown): string {
  let found = String(error);
  let layer: unknown = error;
  while (layer instanceof Error) {
    found = 'code' in layer && typeof layer.code === 'string' ? layer.code : layer.message;
    layer = layer instanceof AggregateError ? (layer.errors[0] ?? layer.cause) : layer.cause;
  }
  return found;
}

function fileError(error: unknown): unknown {
  const isOfFile = error instanceof Error && 'syscall' in error && error.syscall === 'read';
  return isOfFile ? error : null;
}

/** Passes bytes through and remembers how many there were and their SHA-256. */
export function measured(bytes: AsyncIterable<Uint8Array>, onBytes: (more: number) => void) {
  const hash = createHash('sha256');
  let total = 0;
  async function* through(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      hash.update(chunk);
      total += chunk.byteLength;
      onBytes(chunk.byteLength);
      yield chunk;
    }
  }
  return { bytes: through(), sum: () => ({ bytes: total, sha256: hash.digest('hex') }) };
}
