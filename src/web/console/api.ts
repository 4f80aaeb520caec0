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
};

/** @throws ApiError; with status 0 when nobody answered */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  const { body, isUnattended = false } = asked;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: asked.method ?? (body === undefined ? 'GET' : 'POST'),
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
      credentials: 'same-origin',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(isUnattended ? { 'kaimen-unattended': '1' } : {}),
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
