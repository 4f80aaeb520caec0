// One member of the cell over HTTP. Node's own client rather than fetch: fetch cannot show a client
// certificate without a library of its own.
import http from 'node:http';
import https from 'node:https';
import type { CellConfig } from './cell-config.ts';
import { EtcdError } from './etcd-error.ts';

const SOCKETS_MAX = 32;
const IDLE_MAX_MS = 30_000;

export class EtcdMember implements Disposable {
  readonly endpoint: string;
  readonly #agent: http.Agent | https.Agent;
  readonly #request: typeof http.request;

  constructor(endpoint: string, tls: CellConfig['tls']) {
    this.endpoint = endpoint;
    const isTls = new URL(endpoint).protocol === 'https:';
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX, timeout: IDLE_MAX_MS };
    this.#agent = isTls ? new https.Agent({ ...options, ...tls }) : new http.Agent(options);
    this.#request = isTls ? https.request : http.request;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  /** @throws EtcdError; or whatever kept an answer from coming */
  async ask(
    path: string,
    text: string,
    token: string | null,
    signal: AbortSignal,
  ): Promise<unknown> {
    const response = await this.#send(path, text, token, signal);
    let answer = '';
    response.setEncoding('utf8');
    for await (const chunk of response as AsyncIterable<string>) answer += chunk;
    if (response.statusCode === 200) return JSON.parse(answer);
    throw errorIn(answer, response.statusCode ?? 0);
  }

  /** The lines of an answer that does not end. */
  async *listen(
    path: string,
    text: string,
    token: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<unknown> {
    const response = await this.#send(path, text, token, signal);
    let rest = '';
    response.setEncoding('utf8');
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line);
    }
  }

  #send(
    path: string,
    text: string,
    token: string | null,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.#request(new URL(path, this.endpoint), {
        method: 'POST',
        agent: this.#agent,
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          ...(token === null ? {} : { authorization: token }),
        },
      });
      request.once('response', resolve).once('error', reject);
      request.end(text);
    });
  }
}

/** What refuses before the gateway does so in plain words. */
function errorIn(answer: string, status: number): Error {
  const said = answer.slice(0, 200).trim();
  try {
    const { code, error, message } = JSON.parse(answer) as Refusal;
    return new EtcdError(code ?? 0, error ?? message ?? said);
  } catch {
    // Of its own trouble another member knows nothing; what is wrong with the request, all of them say.
    return status >= 500 ? new Error(said) : new EtcdError(0, said);
  }
}

type Refusal = { readonly code?: number; readonly error?: string; readonly message?: string };
