// HTTP/1.1 responses out of the bytes of a connection: just enough for a load client, and strict, so
// that a server which answers nonsense is noticed (RFC 9112).

export class NotHttpError extends Error {
  constructor(why: string) {
    super(`not an HTTP response: ${why}`);
    this.name = 'NotHttpError';
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const HEAD_BYTES_MAX = 64 * 1024;
const STATUS_LINE = /^HTTP\/1\.1 (\d{3})(?: |\r|$)/;
const LENGTH = /\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?:\r|$)/i;
const CHUNKED = /\r\ntransfer-encoding:[ \t]*chunked[ \t]*(?:\r|$)/i;
const LAST = /\r\nconnection:[ \t]*close[ \t]*(?:\r|$)/i;

class Head {
  readonly status: number;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.status = Number(STATUS_LINE.exec(text)?.[1] ?? 0);
    if (this.status === 0) throw new NotHttpError(`it begins with ${text.slice(0, 60)}`);
  }
}

export class RawResponse {
  readonly status: number;
  readonly body: Buffer;
  /** Bytes of the response as they came, head and framing included. */
  readonly wireBytes: number;
  readonly #head: string;

  constructor(head: Head, body: Buffer, wireBytes: number) {
    this.status = head.status;
    this.body = body;
    this.wireBytes = wireBytes;
    this.#head = head.text;
  }

  /** Names in lower case. Read only when asked for: most answers are counted and no more. */
  get headers(): ReadonlyMap<string, string> {
    return headersOf(this.#head);
  }

  /** Whether the server ends the connection with this response. */
  get isLast(): boolean {
    return LAST.test(this.#head);
  }
}

function headersOf(head: string): Map<string, string> {
  const [, ...lines] = head.split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new NotHttpError(`a header reads ${line.slice(0, 60)}`);
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** Bytes of a body still to come: a number of them, in chunks, or all until the connection ends. */
type Rest = { kind: 'length'; bytes: number } | { kind: 'chunked' } | { kind: 'until-end' };

export class ResponseReader {
  readonly #keepsBody: boolean;
  #pending: Buffer = EMPTY;
  #head: Head | null = null;
  #rest: Rest = { kind: 'length', bytes: 0 };
  #parts: Buffer[] = [];
  #wireBytes = 0;

  /** @param keepsBody - false: bodies are counted and thrown away, as for a download of 200 MB */
  constructor(keepsBody = true) {
    this.#keepsBody = keepsBody;
  }

  /** @returns the response that these bytes complete, or null. @throws NotHttpError */
  push(bytes: Buffer): RawResponse | null {
    this.#wireBytes += bytes.length;
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    if (this.#head === null) this.#readHead();
    return this.#head === null ? null : this.#readBody(this.#head);
  }

  /** The connection has ended. @returns the response that ends with it, or null */
  end(): RawResponse | null {
    if (this.#head === null || this.#rest.kind !== 'until-end') return null;
    return this.#complete(this.#head);
  }

  #readHead(): void {
    const end = this.#pending.indexOf(HEAD_END);
    if (end < 0) {
      if (this.#pending.length > HEAD_BYTES_MAX) throw new NotHttpError('its head has no end');
      return;
    }
    this.#head = new Head(this.#pending.toString('latin1', 0, end));
    this.#pending = this.#pending.subarray(end + HEAD_END.length);
    this.#rest = restOf(this.#head);
  }

  #readBody(head: Head): RawResponse | null {
    const rest = this.#rest;
    if (rest.kind === 'length') {
      rest.bytes -= this.#take(rest.bytes);
      return rest.bytes === 0 ? this.#complete(head) : null;
    }
    if (rest.kind === 'until-end') {
      this.#take(this.#pending.length);
      return null;
    }
    return this.#readChunks(head);
  }

  #readChunks(head: Head): RawResponse | null {
    for (;;) {
      const lineEnd = this.#pending.indexOf(LINE_END);
      if (lineEnd < 0) return null;
      const size = Number.parseInt(this.#pending.toString('latin1', 0, lineEnd), 16);
      if (Number.isNaN(size)) throw new NotHttpError('a chunk has no size');
      const whole = lineEnd + LINE_END.length + size + LINE_END.length;
      if (this.#pending.length < whole) return null;
      this.#pending = this.#pending.subarray(lineEnd + LINE_END.length);
      this.#take(size);
      this.#pending = this.#pending.subarray(LINE_END.length);
      if (size === 0) return this.#complete(head);
    }
  }

  #take(bytes: number): number {
    const part = this.#pending.subarray(0, bytes);
    if (this.#keepsBody && part.length > 0) this.#parts.push(part);
    this.#pending = this.#pending.subarray(part.length);
    return part.length;
  }

  #complete(head: Head): RawResponse {
    const [only] = this.#parts;
    const body = this.#parts.length <= 1 ? (only ?? EMPTY) : Buffer.concat(this.#parts);
    const wireBytes = this.#wireBytes - this.#pending.length;
    this.#head = null;
    this.#parts = [];
    this.#wireBytes = this.#pending.length;
    return new RawResponse(head, body, wireBytes);
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

function restOf({ status, text }: Head): Rest {
  if (status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  const length = LENGTH.exec(text)?.[1];
  if (length !== undefined) return { kind: 'length', bytes: Number(length) };
  return CHUNKED.test(text) ? { kind: 'chunked' } : { kind: 'until-end' };
}
