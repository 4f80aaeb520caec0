// The control room’s desk in a rehearsal: what people do by the API, and what they read there.
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_MS_MAX = 8_000;
const IMPORT_MS_MAX = 120_000;
const RETRY_MS = 250;
const BUSY_MS_MAX = 15_000;

export class DeskError extends Error {
  override name = 'DeskError';
  /** Null: nobody answered, and whether it was done is not known. */
  readonly status: number | null;
  /** Null: nothing was said of coming again. */
  readonly retryAfterMs: number | null;

  constructor(
    what: string,
    status: number | null,
    said: string,
    retryAfterMs: number | null = null,
  ) {
    super(`${what}: ${status ?? 'no answer'} ${said}`.trim());
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

type Asked = {
  readonly method?: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly timeoutMs?: number;
};

export type Conflict = { readonly ticketRef: string | null };
export type KnownScan = {
  readonly deviceId: string;
  readonly scanId: string;
  readonly verdict: string;
  readonly rung: string;
  readonly annulledAt: string | null;
};

export class Desk {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  /** @throws DeskError */
  async ask<T>(path: string, asked: Asked = {}): Promise<T> {
    return JSON.parse(await (await this.#fetch(path, asked)).text()) as T;
  }

  /** Asks again while nobody answers. @throws DeskError when it takes longer, or the answer is no */
  async insist<T>(path: string, asked: Asked, withinMs: number): Promise<T> {
    for (const until = performance.now() + withinMs; ; await delay(RETRY_MS)) {
      try {
        return await this.ask<T>(path, asked);
      } catch (error) {
        const isFinal = error instanceof DeskError && error.status !== null && error.status < 500;
        if (isFinal || performance.now() > until) throw error;
      }
    }
  }

  async text(path: string): Promise<string> {
    return await (await this.#fetch(path, { timeoutMs: IMPORT_MS_MAX })).text();
  }

  async importTickets(eventId: string, csv: string, query = ''): Promise<void> {
    const asked = { body: csv, type: 'text/csv', timeoutMs: IMPORT_MS_MAX };
    await this.ask(`/api/v1/events/${eventId}/tickets/import${query}`, asked);
  }

  /** By the ticket’s reference. */
  async codes(eventId: string): Promise<Map<string, string>> {
    const csv = await this.text(`/api/v1/events/${eventId}/tickets/export?format=csv`);
    const rows = csv.trim().split(/\r?\n/).slice(1);
    return new Map(rows.map((row) => row.split(',', 2) as [string, string]));
  }

  async scans(eventId: string): Promise<KnownScan[]> {
    const scans: KnownScan[] = [];
    for (let after: string | null = '0'; after !== null; ) {
      type Page = { scans: KnownScan[]; next: string | null };
      const page: Page = await this.ask<Page>(
        `/api/v1/events/${eventId}/scans?limit=1000&after=${after}`,
      );
      scans.push(...page.scans);
      after = page.next;
    }
    return scans;
  }

  async conflicts(eventId: string): Promise<readonly Conflict[]> {
    const path = `/api/v1/events/${eventId}/conflicts`;
    return (await this.ask<{ conflicts: Conflict[] }>(path)).conflicts;
  }

  async backup(file: string): Promise<void> {
    const answer = await this.#fetch('/api/v1/backup', { timeoutMs: IMPORT_MS_MAX });
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  }

  /** A server that is busy with its lanes says when to come again, and the desk does. */
  async #fetch(path: string, asked: Asked): Promise<Response> {
    for (const until = performance.now() + BUSY_MS_MAX; ; ) {
      try {
        return await this.#fetchOnce(path, asked);
      } catch (error) {
        const afterMs = error instanceof DeskError ? error.retryAfterMs : null;
        if (afterMs === null || performance.now() > until) throw error;
        await delay(afterMs);
      }
    }
  }

  async #fetchOnce(path: string, asked: Asked): Promise<Response> {
    const { body, type = 'application/json', timeoutMs = ANSWER_MS_MAX } = asked;
    const method = asked.method ?? (body === undefined ? 'GET' : 'POST');
    const what = `${method} ${path}`;
    const content = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: content ?? '' }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: Error) => {
      throw new DeskError(what, null, error.message);
    });
    if (answer.ok) return answer;
    const saidText = await answer.text().catch(() => '');
    const isBusy = answer.status === 503 && saidText.includes('"overloaded"');
    const after = Number(answer.headers.get('retry-after') ?? 1) * 1_000;
    throw new DeskError(what, answer.status, saidText, isBusy ? after : null);
  }
}
