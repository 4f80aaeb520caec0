// One keep-alive connection, one request at a time: a lane, as the server sees it. `node:http` spends
// more on a request than the server it would measure; this spends a tenth.
import { connect, type Socket } from 'node:net';
import { type RawResponse, ResponseReader } from './response-reader.ts';

export type Request = {
  readonly method?: string;
  readonly path: string;
  /** Text or bytes are sent as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Response = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The body as text. */
  readonly body: string;
  readonly bytes: Buffer;
  readonly wireBytes: number;
  /** From the call to the last byte of the answer, the wait for a free connection included. */
  readonly ms: number;
};

/** The connection broke or the answer did not come: whether the server acted is not known. */
export class NoAnswerError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NoAnswerError';
  }
}

export type ConnectionOptions = {
  readonly token?: string | undefined;
  /** Silence after which a request is given up. */
  readonly timeoutMs?: number | undefined;
  readonly keepsBodies?: boolean | undefined;
};

const TIMEOUT_MS = 30_000;

type Waiting = {
  readonly resolve: (response: RawResponse) => void;
  readonly reject: (error: Error) => void;
};

export class Connection {
  readonly #url: URL;
  readonly #options: ConnectionOptions;
  #socket: Socket | null = null;
  #reader: ResponseReader;
  #waiting: Waiting | null = null;

  constructor(url: string, options: ConnectionOptions = {}) {
    this.#url = new URL(url);
    this.#options = options;
    this.#reader = new ResponseReader(options.keepsBodies);
  }

  /** Opens the connection now instead of at the first request. */
  async open(): Promise<void> {
    if (this.#socket !== null) return;
    const socket = connect({
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(this.#url.port || 80),
      noDelay: true,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (error) => reject(new NoAnswerError(error.message)));
    });
    socket.removeAllListeners('error');
    this.#socket = socket;
    this.#reader = new ResponseReader(this.#options.keepsBodies);
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('error', (error) => this.#lose(socket, error.message));
    socket.on('close', () => this.#lose(socket, 'the connection was closed'));
    socket.setTimeout(this.#options.timeoutMs ?? TIMEOUT_MS, () => {
      if (this.#waiting !== null) this.#lose(socket, 'the answer did not come in time');
    });
  }

  async request(request: Request): Promise<Response> {
    const startedAt = performance.now();
    return asResponse(await this.send(this.bytesOf(request)), startedAt);
  }

  /** Sends bytes as they are, and waits for one response. */
  async send(bytes: Uint8Array | string): Promise<RawResponse> {
    if (this.#waiting !== null) throw new Error('this connection is waiting for an answer');
    if (this.#socket === null) await this.open();
    const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
    this.#waiting = { resolve, reject };
    this.#socket?.write(bytes);
    return promise;
  }

  /** The bytes of a request, for senders that make many of a kind. */
  bytesOf(request: Request): Uint8Array | string {
    return requestBytes(this.#url.host, { token: this.#options.token ?? '', ...request });
  }

  close(): void {
    const socket = this.#socket;
    if (socket !== null) this.#lose(socket, 'the connection was closed by us');
  }

  #onData(bytes: Buffer): void {
    try {
      const response = this.#reader.push(bytes);
      if (response !== null) this.#answer(response);
    } catch (error) {
      if (this.#socket !== null) this.#lose(this.#socket, (error as Error).message);
    }
  }

  #answer(response: RawResponse): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (response.isLast) this.close();
    waiting?.resolve(response);
  }

  #lose(socket: Socket, why: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) return;
    const response = this.#reader.end();
    if (response === null) waiting.reject(new NoAnswerError(why));
    else waiting.resolve(response);
  }
}

export function asResponse(raw: RawResponse, startedAt: number): Response {
  return {
    status: raw.status,
    get headers() {
      return raw.headers;
    },
    wireBytes: raw.wireBytes,
    bytes: raw.body,
    ms: performance.now() - startedAt,
    get body() {
      return raw.body.toString('utf8');
    },
  };
}

export function requestBytes(host: string, request: Request): Uint8Array | string {
  const { body, token, headers = {} } = request;
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const payload = body === undefined ? null : isRaw ? body : JSON.stringify(body);
  const method = request.method ?? (payload === null ? 'GET' : 'POST');
  let head = `${method} ${request.path} HTTP/1.1\r\nhost: ${host}\r\n`;
  if (token !== undefined && token !== '') head += `authorization: Bearer ${token}\r\n`;
  if (payload !== null) {
    if (headers['content-type'] === undefined) head += 'content-type: application/json\r\n';
    head += `content-length: ${Buffer.byteLength(payload)}\r\n`;
  }
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  head += '\r\n';
  if (payload === null) return head;
  return typeof payload === 'string' ? head + payload : Buffer.concat([Buffer.from(head), payload]);
}
