// One other node as this one reaches it. What just failed is not asked again until it answers a probe: a
// node that is gone costs one slow request, not one for every scan.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { nodeHealth } from '#protocol/edge.ts';
import {
  type Asking,
  Caller,
  type CallerAnswer,
  NoAnswerError,
} from '#server/platform/http/caller.ts';

const PROBE_EVERY_MS = 250;
const PROBE_WITHIN_MS = 400;
/** Pauses of this length; a file of tickets takes as long as it takes. */
const CARRY_WITHIN_MS = 60_000;

/** It answered, with a problem of its own or in a form that is not ours. */
export class LinkError extends Error {
  override name = 'LinkError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Link implements Disposable {
  readonly name: string;
  readonly #caller: Caller;
  #probing: NodeJS.Timeout | null = null;

  constructor(name: string, address: string, token: string, ca: string | null) {
    this.name = name;
    this.#caller = new Caller(address, token, ca);
  }

  get address(): string {
    return this.#caller.base.origin;
  }

  /** Whether the last request went unanswered, and no probe has been answered since. */
  get isDown(): boolean {
    return this.#probing !== null;
  }

  /** Refuses at once while the node is known to be away. @throws NoAnswerError */
  async pass(asking: Asking): Promise<CallerAnswer> {
    if (this.isDown) throw new NoAnswerError(`${this.name} does not answer just now`);
    try {
      const answer = await this.#caller.send(asking);
      // A captive portal answers everything, with a page of its own.
      if (!/^application\/(problem\+)?json\b/.test(answer.type)) {
        throw new NoAnswerError(`${this.name} is hidden by something that answers ${answer.type}`);
      }
      return answer;
    } catch (error) {
      this.#watch();
      throw error;
    }
  }

  /** Passes a request on as it came; answers it with a problem when this node does not. */
  async carry(from: IncomingMessage, to: ServerResponse): Promise<void> {
    try {
      await this.#caller.carry(from, to, CARRY_WITHIN_MS);
    } catch (error) {
      this.#watch();
      if (!(error instanceof NoAnswerError) || to.headersSent) throw error;
      const problem = { title: 'Not available just now', status: 503, code: 'unavailable' };
      const mend = 'try again when the link is back';
      to.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '5' });
      to.end(JSON.stringify({ ...problem, detail: `${this.name} does not answer`, mend }));
    }
  }

  /**
   * For what is not urgent: asked also while the node seems away.
   *
   * @throws NoAnswerError, LinkError
   */
  async ask<S extends z.ZodType>(schema: S, asking: Asking): Promise<z.infer<S>> {
    const { status, text } = await this.#caller.send(asking);
    const answer = parseJson(text);
    if (status !== 200) {
      const { code, detail } = (answer ?? {}) as { code?: string; detail?: string };
      throw new LinkError(status, `${this.name} answered ${status} ${code ?? ''}: ${detail ?? ''}`);
    }
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'not JSON' };
    throw new LinkError(
      status,
      `${this.name} answered in another form: ${path.join('.')} ${message}`,
    );
  }

  [Symbol.dispose](): void {
    if (this.#probing !== null) clearInterval(this.#probing);
    this.#probing = null;
    this.#caller[Symbol.dispose]();
  }

  #watch(): void {
    this.#probing ??= setInterval(() => {
      this.#probe().catch(() => {});
    }, PROBE_EVERY_MS).unref();
  }

  async #probe(): Promise<void> {
    const health = await this.ask(nodeHealth, { path: '/healthz', timeoutMs: PROBE_WITHIN_MS });
    if (health.node !== this.name || this.#probing === null) return;
    clearInterval(this.#probing);
    this.#probing = null;
  }
}

/** The node answered, and said no: asking it for something else may go well. */
export function isRefusal(error: unknown): boolean {
  return error instanceof LinkError && error.status >= 400 && error.status < 500;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
