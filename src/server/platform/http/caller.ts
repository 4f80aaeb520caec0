// How one node asks another: kept-alive connections, a deadline for each call, and one error for all the
// ways in which no answer comes.
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';

const unpacked = promisify(zstdDecompress);
const SOCKETS_MAX = 64;
const IDLE_MAX_MS = 30_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Of a request that is carried on; the rest concerns the connection, or the box alone. */
const CARRIED = [
  ...['authorization', 'accept', 'accept-encoding', 'content-type', 'content-length', 'cookie'],
  ...['origin', 'idempotency-key', 'last-event-id', 'dpop'],
];
const HOPS = ['connection', 'keep-alive', 'transfer-encoding'];

export type Asking = {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
};

export type CallerAnswer = {
  readonly status: number;
  readonly type: string;
  readonly text: string;
};

/** Nobody answered, or not in time, or not in HTTP. The request may have been carried out all the same. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';
}

export class Caller implements Disposable {
  readonly base: URL;
  readonly #token: string;
  readonly #agent: http.Agent | https.Agent;

  /** @param ca - certificates that are trusted besides the well-known ones, PEM */
  constructor(base: string, token: string, ca: string | null) {
    this.base = new URL(base);
    this.#token = token;
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX, timeout: IDLE_MAX_MS };
    this.#agent =
      this.base.protocol === 'https:'
        ? new https.Agent({ ...options, ...(ca === null ? {} : { ca: [...rootCertificates, ca] }) })
        : new http.Agent(options);
  }

  /** @throws NoAnswerError */
  async send(asking: Asking): Promise<CallerAnswer> {
    try {
      return await this.#send(asking);
    } catch (error) {
      const why = (error as { code?: string }).code ?? (error as Error).message;
      throw new NoAnswerError(`${this.base.host} did not answer: ${why}`, { cause: error });
    }
  }

  /** Passes a request on as it came, and the answer back. @throws NoAnswerError before one has begun */
  async carry(
    from: http.IncomingMessage,
    to: http.ServerResponse,
    withinMs: number,
  ): Promise<void> {
    const target = new URL(from.url ?? '/', this.base);
    const { request } = target.protocol === 'https:' ? https : http;
    const headers = Object.fromEntries(
      CARRIED.flatMap((name) =>
        from.headers[name] === undefined ? [] : [[name, from.headers[name]]],
      ),
    );
    const outgoing = request(target, { agent: this.#agent, method: from.method ?? 'GET', headers });
    outgoing.setTimeout(withinMs, () => outgoing.destroy(new Error('no answer in time')));
    try {
      const answered = once(outgoing, 'response') as Promise<[http.IncomingMessage]>;
      await Promise.all([answered, pipeline(from, outgoing)]);
      const [response] = await answered;
      to.writeHead(response.statusCode ?? 502, withoutHops(response.headers));
      await pipeline(response, to);
    } catch (error) {
      outgoing.destroy();
      if (to.headersSent) to.destroy();
      else throw new NoAnswerError(`${this.base.host} did not answer`, { cause: error });
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #send({ method, path, body, timeoutMs }: Asking): Promise<CallerAnswer> {
    const text = body === undefined ? null : JSON.stringify(body);
    const target = new URL(path, this.base);
    const { request } = target.protocol === 'https:' ? https : http;
    const outgoing = request(target, {
      agent: this.#agent,
      method: method ?? (text === null ? 'GET' : 'POST'),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `Bearer ${this.#token}`,
        'accept-encoding': 'zstd',
        ...(text === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    });
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject);
    });
    outgoing.end(text ?? undefined);
    const response = await answered;
    const bytes = await readAll(response);
    const isPacked = response.headers['content-encoding'] === 'zstd';
    const plain = isPacked ? await unpacked(bytes, { maxOutputLength: ANSWER_BYTES_MAX }) : bytes;
    const type = response.headers['content-type'] ?? '';
    return { status: response.statusCode ?? 0, type, text: plain.toString('utf8') };
  }
}

function withoutHops(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOPS.includes(name)));
}

async function readAll(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
