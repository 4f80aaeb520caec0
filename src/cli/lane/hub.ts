// The lane's own small HTTP: several addresses of equal nodes, a bearer token, JSON.
import { problem } from '#protocol/problem.ts';

export type Reply = {
  readonly status: number;
  /** Parsed JSON; null when it is none. */
  readonly body: unknown;
  /** Of a problem: its stable code and its words. */
  readonly code: string | null;
  readonly words: string;
};

export type Call = {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** JSON text, so that a repeat is the same to the byte. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** The device's token is not valid (any more). */
export class Revoked extends Error {}

/** An answer that is not of the expected kind, or that refuses. */
export class Refusal extends Error {
  readonly status: number;
  constructor(reply: Reply) {
    super(reply.words);
    this.status = reply.status;
  }
}

export type Hub = {
  /** Addresses, the one that answered last first. */
  bases(): readonly string[];
  /** @throws whatever `fetch` throws when the network fails or the signal fires */
  send(base: string, call: Call): Promise<Reply>;
  open(base: string, call: Call): Promise<Response>;
  /** The first address that answers 2xx. @throws Revoked, Refusal, or the network's last error */
  get(path: string, timeoutMs: number, stop: AbortSignal): Promise<unknown>;
};

export function createHub(urls: readonly string[], token: string): Hub {
  let bases = [...urls];

  async function open(base: string, call: Call): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, ...call.headers };
    if (call.json !== undefined) headers['content-type'] = 'application/json';
    return await fetch(new URL(call.path, base), {
      method: call.method ?? 'GET',
      headers,
      redirect: 'error',
      signal: call.signal,
      ...(call.json === undefined ? {} : { body: call.json }),
    });
  }

  async function send(base: string, call: Call): Promise<Reply> {
    const response = await open(base, call);
    const reply = replyOf(response.status, await response.text());
    if (reply.status < 500 && bases[0] !== base) {
      bases = [base, ...bases.filter((other) => other !== base)];
    }
    return reply;
  }

  return {
    bases: () => bases,
    send,
    open,
    async get(path, timeoutMs, stop) {
      let last: unknown = new Error('there is no address to ask');
      for (const base of [...bases]) {
        try {
          const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
          return requireOk(await send(base, { path, signal })).body;
        } catch (error) {
          if (error instanceof Revoked || stop.aborted) throw error;
          last = error;
        }
      }
      throw last;
    },
  };
}

/** @throws Revoked, Refusal */
export function requireOk(reply: Reply): Reply {
  if (reply.status === 401) throw new Revoked(reply.words);
  if (reply.status < 200 || reply.status > 299) throw new Refusal(reply);
  return reply;
}

export function replyOf(status: number, text: string): Reply {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page: the status is all that it says.
  }
  const parsed = problem.safeParse(body);
  if (!parsed.success) return { status, body, code: null, words: `the server answered ${status}` };
  const { code, title, detail, mend } = parsed.data;
  return {
    status,
    body,
    code,
    words: `${detail ?? title}${mend === undefined ? '' : ` (${mend})`}`,
  };
}
