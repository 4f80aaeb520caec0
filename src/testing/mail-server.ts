// A real SMTP server on loopback that keeps what it is given, and refuses what it is told to refuse.
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** What the server says to a recipient instead of taking the letter; null: it takes it. */
export type Refusal = { readonly code: number; readonly text: string };

type MailServerOptions = {
  /** Asked for every recipient. */
  readonly refusalOf?: (address: string) => Refusal | null;
  /** From the start of a connection, or after STARTTLS; left out: none. */
  readonly tls?: {
    readonly from: 'start' | 'starttls';
    readonly key: string;
    readonly cert: string;
  };
  readonly login?: { readonly user: string; readonly password: string };
  /** Waited for when a letter was taken and before that is said. */
  readonly onTaken?: () => Promise<void>;
};

export type ReceivedMail = {
  readonly to: readonly string[];
  readonly isSecure: boolean;
  readonly raw: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Bodies and attachments, decoded, each under its content type. */
  readonly parts: readonly MailPart[];
};

export type MailPart = {
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
};

export class MailServer implements AsyncDisposable {
  readonly received: ReceivedMail[] = [];
  readonly port: number;
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, received: ReceivedMail[], port: number) {
    this.#server = server;
    this.received = received;
    this.port = port;
  }

  static async open({
    refusalOf = () => null,
    tls,
    login,
    onTaken = async () => {},
  }: MailServerOptions = {}): Promise<MailServer> {
    const received: ReceivedMail[] = [];
    const server = new SMTPServer({
      authOptional: login === undefined,
      ...(tls === undefined
        ? { disabledCommands: ['STARTTLS', ...(login === undefined ? ['AUTH'] : [])] }
        : { secure: tls.from === 'start', key: tls.key, cert: tls.cert }),
      onAuth({ username, password }, session, done) {
        const isOurs = username === login?.user && password === login?.password && session.secure;
        if (isOurs) return done(null, { user: username });
        done(new Error('not these'));
      },
      onRcptTo({ address }, _session, done) {
        const refusal = refusalOf(address);
        if (refusal === null) return done();
        done(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
      },
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          const read = readMail(Buffer.concat(chunks).toString('latin1'));
          received.push({ to, isSecure: session.secure, ...read });
          onTaken().then(() => done(), done);
        });
      },
    });
    server.on('error', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return new MailServer(server, received, (server.server.address() as AddressInfo).port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function readMail(raw: string): Omit<ReceivedMail, 'to' | 'isSecure'> {
  const { headers, parts } = readPart(raw);
  return { raw, headers, parts };
}

function readPart(raw: string): Pick<ReceivedMail, 'headers' | 'parts'> {
  const end = raw.indexOf('\r\n\r\n');
  const headers = readHeaders(raw.slice(0, end));
  const body = raw.slice(end + 4);
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary !== undefined) {
    const inner = body.split(`--${boundary}`).slice(1, -1);
    const parts = inner.flatMap((part) => readPart(part.replace(/^\r\n/, '')).parts);
    return { headers, parts };
  }
  const encoding = headers.get('content-transfer-encoding') ?? '7bit';
  return { headers, parts: [{ type, headers, bytes: decoded(body, encoding) }] };
}

function readHeaders(block: string): Map<string, string> {
  const lines = block.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  return new Map(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), decodedWords(line.slice(at + 1).trim())];
    }),
  );
}

function decoded(body: string, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') return quotedPrintable(body.replace(/=\r\n/g, ''));
  return Buffer.from(body, 'latin1');
}

function quotedPrintable(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** RFC 2047, of UTF-8. */
function decodedWords(text: string): string {
  const joined = text.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toLowerCase() === 'b'
      ? Buffer.from(word, 'base64').toString('utf8')
      : quotedPrintable(word.replaceAll('_', ' ')).toString('utf8'),
  );
}
