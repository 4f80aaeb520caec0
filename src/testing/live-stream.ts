// A live feed as a lane or a console reads it, with the time at which each event came.
import assert from 'node:assert/strict';

export type StreamEvent = {
  readonly name: string;
  readonly data: unknown;
  readonly atMs: number;
};

export class LiveStream implements Disposable {
  readonly events: StreamEvent[] = [];
  /** Everything received, word for word. */
  text = '';
  /** When the server ended it, by `performance.now()`; null while it is open. */
  closedAtMs: number | null = null;
  readonly #ending: AbortController;
  readonly #waiting = new Set<() => void>();

  private constructor(ending: AbortController) {
    this.#ending = ending;
  }

  static open(url: string, token: string): Promise<LiveStream> {
    return LiveStream.openWith(url, { authorization: `Bearer ${token}` });
  }

  static async openWith(
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<LiveStream> {
    const ending = new AbortController();
    const slow = setTimeout(() => ending.abort(), 10_000);
    const response = await fetch(url, {
      headers: { ...headers, accept: 'text/event-stream' },
      signal: ending.signal,
    }).finally(() => clearTimeout(slow));
    assert.equal(response.status, 200);
    assert.ok(response.body !== null);
    const stream = new LiveStream(ending);
    void stream.#read(response.body);
    return stream;
  }

  /** @returns the first such event after `from`, once it has come */
  async next(
    name: string,
    withinMs: number,
    { from = 0, isIt = () => true }: { from?: number; isIt?: (data: unknown) => boolean } = {},
  ): Promise<StreamEvent> {
    const find = () =>
      this.events.slice(from).find((event) => event.name === name && isIt(event.data));
    await this.#until(() => find() !== undefined, withinMs);
    const found = find();
    assert.ok(found, `no ${name} within ${withinMs} ms: ${this.events.map((each) => each.name)}`);
    return found;
  }

  async closed(withinMs: number): Promise<number> {
    await this.#until(() => this.closedAtMs !== null, withinMs);
    assert.ok(this.closedAtMs !== null, `still open after ${withinMs} ms`);
    return this.closedAtMs;
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
  }

  async #until(isSo: () => boolean, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!isSo() && performance.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - performance.now());
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = '';
    try {
      const decoder = new TextDecoder();
      for await (const bytes of body) {
        const text = decoder.decode(bytes, { stream: true });
        this.text += text;
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
        this.#wake();
      }
    } catch {
      // Ended by the server, or by the test.
    }
    this.closedAtMs = performance.now();
    this.#wake();
  }

  #take(block: string): void {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trimStart();
    const name = field('event');
    if (name === undefined) return;
    const data: unknown = JSON.parse(field('data') ?? 'null');
    this.events.push({ name, data, atMs: performance.now() });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
