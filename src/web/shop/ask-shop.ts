// Asking the server, as a buyer: the cart's secret and the order's in headers, never in an address. A write is sent
// again under its key until it has an answer, so that it is done once whatever the network does.
import type { Problem } from '#protocol/problem.ts';
import { CART_HEADER, ORDER_HEADER } from '#protocol/shop-addresses.ts';

const ANSWER_MAX_MS = 15_000;
const REPEAT_FOR_MS = 20_000;
const PAUSE_MS = 900;
const PASSING = ['unavailable', 'unreachable', 'outcome-unknown', 'idempotency-key-in-use'];

export class ShopError extends Error {
  /** 0: nobody answered. */
  readonly status: number;
  readonly code: string;
  /** One word of the server for why it said no, such as `seat-taken`. */
  readonly why: string | null;
  readonly fields: readonly string[];

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'ShopError';
    this.status = status;
    this.code = problem.code ?? 'unavailable';
    this.why = problem.why ?? null;
    this.fields = (problem.errors ?? []).map(({ field }) => field);
  }
}

export type ShopAsk = {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly cart?: string;
  readonly order?: string;
  /** The same key is the same act, also after the page was left. */
  readonly key?: string;
};

/** @throws ShopError */
export async function askShop<T>(path: string, asked: ShopAsk = {}): Promise<T> {
  const method = asked.method ?? (asked.body === undefined ? 'GET' : 'POST');
  const headers: Record<string, string> = { accept: 'application/json' };
  if (asked.cart !== undefined) headers[CART_HEADER] = asked.cart;
  if (asked.order !== undefined) headers[ORDER_HEADER] = asked.order;
  if (method === 'POST') headers['idempotency-key'] = `"${asked.key ?? newSecret()}"`;
  if (asked.body !== undefined) headers['content-type'] = 'application/json';
  const body = asked.body === undefined ? null : JSON.stringify(asked.body);
  const until = performance.now() + REPEAT_FOR_MS;
  for (;;) {
    try {
      return await askOnce<T>(path, { method, headers, body });
    } catch (error) {
      const isPassing = error instanceof ShopError && PASSING.includes(error.code);
      if (method === 'GET' || !isPassing || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

async function askOnce<T>(path: string, request: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { ...request, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
  } catch {
    throw new ShopError(0, { code: 'unreachable' });
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  throw new ShopError(response.status, (answer ?? {}) as Partial<Problem>);
}

/** 192 bits of the browser's cryptographic chance. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
