// What a drill asks of a server that may die under it: no answer is an answer too.
import type { ScanAnswer, ScanRequest } from '#protocol/scans.ts';
import { NoAnswerError, type Request } from './load/connection.ts';
import { type Connections, openConnections } from './load/connections.ts';

export type Answered = { readonly status: number; readonly body: unknown };
export type Lane = { readonly deviceId: string; readonly token: string };

/** An import on a busy machine takes its time; a server that dies ends the wait by itself. */
const ANSWER_MAX_MS = 60_000;

export class DrillClient implements Disposable {
  readonly #connections: Connections;

  private constructor(connections: Connections) {
    this.#connections = connections;
  }

  static async open(url: string, connections = 8, token?: string): Promise<DrillClient> {
    const options = { timeoutMs: ANSWER_MAX_MS };
    return new DrillClient(await openConnections(url, connections, token, options));
  }

  /** @returns null when no answer came: the line broke, or nobody listens */
  async tryAsk(request: Request): Promise<Answered | null> {
    try {
      const { status, body } = await this.#connections.request(request);
      return { status, body: parseJson(body) };
    } catch (error) {
      if (error instanceof NoAnswerError) return null;
      throw error;
    }
  }

  /** @throws UnexpectedStatusError, NoAnswerError */
  async ask<T>(request: Request): Promise<T> {
    return await this.#connections.json<T>(request);
  }

  trySend(lane: Lane, scan: ScanRequest): Promise<Answered | null> {
    return this.tryAsk({ path: '/api/v1/scans', token: lane.token, body: scan });
  }

  scan(lane: Lane, scan: ScanRequest): Promise<ScanAnswer> {
    return this.ask({ path: '/api/v1/scans', token: lane.token, body: scan });
  }

  [Symbol.dispose](): void {
    this.#connections.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
