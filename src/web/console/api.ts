// Asking the server: same origin, by the cookie of the session. What it refuses is an error with the
// server's own words, which say what to do.
import type { Problem } from '#protocol/problem.ts';

const ANSWER_MAX_MS = 15_000;

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly mend: string | null;
  /** What is wrong with each field of the form, by name. */
  readonly fields: ReadonlyMap<string, string>;

  /** It takes a second person, who is asked for in the server's own ways: by a conflict, a ban or the field itself. */
  get isForTwo(): boolean {
    return this.fields.has('secondPerson') || (this.mend?.includes('secondPerson') ?? false);
  }

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? 'unavailable';
    this.mend = problem.mend ?? null;
    this.fields = new Map((problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

export type Asked = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  /** Asked by the screen itself, not by whoever looks at it: the session does not live on because of it. */
  readonly isUnattended?: boolean;
  /** It changes nothing and is posted only to keep it out of addresses: whoever waits is told at once. */
  readonly isLook?: boolean;
};

/** A hub that changes its primary is back in this time; nobody looks at a spinner for longer. */
const REPEAT_FOR_MS = 20_000;
const PAUSE_MS = 800;
/** What passes by itself; a load balancer that has nobody to ask says so with a page of its own. */
const PASSING = [
  'unavailable',
  'unreachable',
  'outcome-unknown',
  'overloaded',
  'idempotency-key-in-use',
];

/**
 * A write is sent again under its key until it has an answer: it is done once, whichever node dies meanwhile.
 *
 * @throws ApiError; with status 0 when nobody answered
 */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  const method = asked.method ?? (asked.body === undefined ? 'GET' : 'POST');
  // Who signs in is nobody yet, and has no keys; codes and passkeys are good once by themselves.
  const isAskedOnce = method === 'GET' || asked.isLook === true || path.startsWith('/session');
  if (isAskedOnce) return await askOnce(path, method, asked, {});
  const headers = { 'idempotency-key': `"${newKey()}"` };
  const until = performance.now() + REPEAT_FOR_MS;
  for (;;) {
    try {
      return await askOnce(path, method, asked, headers);
    } catch (error) {
      const isPassing = error instanceof ApiError && PASSING.includes(error.code);
      if (!isPassing || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** `crypto.randomUUID` is there only where the page came by TLS or from this machine. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function askOnce<T>(
  path: string,
  method: string,
  { body, isUnattended = false }: Asked,
  headers: Readonly<Record<string, string>>,
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
      credentials: 'same-origin',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(isUnattended ? { 'kaimen-unattended': '1' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, { code: 'unreachable' });
  }
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  throw new ApiError(response.status, problem);
}

/** A path whose parts cannot break out of it: `at\`/events/${id}\``. */
export function at(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return strings.reduce(
    (path, text, index) => path + encodeURIComponent(parts[index - 1] ?? '') + text,
  );
}
