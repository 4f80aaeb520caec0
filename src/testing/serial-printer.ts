// A receipt printer at a serial line of a browser under test: it speaks bytes, has a roll that ends, and jams.
import type { BrowserContext, Page } from 'playwright-core';

export class SerialPrinter {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Before the page is opened. */
  static async at(context: BrowserContext, page: Page): Promise<SerialPrinter> {
    await context.addInitScript(plugIn);
    return new SerialPrinter(page);
  }

  /** What stands on each slip that came out, latest last. */
  async slips(): Promise<Buffer[]> {
    const all = await this.#page.evaluate(
      () => (globalThis as unknown as { slips: number[][] }).slips,
    );
    return all.map((bytes) => Buffer.from(bytes));
  }

  /** `paper-out` before a slip, `jam` in the middle of the next one, or all well. */
  async set(state: 'well' | 'paper-out' | 'jam'): Promise<void> {
    await this.#page.evaluate((next) => {
      (globalThis as unknown as { printer: string }).printer = next;
    }, state);
  }
}

/** Characters of a slip, commands left out as far as reading needs. */
export function textOf(slip: Buffer): string {
  return new TextDecoder('gb18030').decode(slip);
}

/** The code that the printer was told to draw: function 180 of `GS ( k`. */
export function codeOf(slip: Buffer): string {
  const store = Buffer.from([0x31, 0x50, 0x30]);
  const at = slip.indexOf(store);
  const length = slip.readUInt16LE(at - 2);
  return slip.subarray(at + store.length, at + length).toString('latin1');
}

/** Runs in the page. */
function plugIn(): void {
  type World = { slips: number[][]; printer: string };
  const world = globalThis as unknown as World;
  world.slips = [];
  world.printer = 'well';
  let answer: ReadableStreamDefaultController<Uint8Array> | null = null;
  let isJammed = false;
  const say = (byte: number) => answer?.enqueue(Uint8Array.of(byte));
  const status = (kind: number) => {
    const isOut = world.printer === 'paper-out';
    if (kind === 2 && isOut) return 0x12 | 0x20;
    if (kind === 4 && isOut) return 0x12 | 0x60;
    return kind === 3 && isJammed ? 0x12 | 0x08 : 0x12;
  };
  const hear = (bytes: Uint8Array) => {
    if (world.printer === 'well') isJammed = false;
    if (bytes[0] === 0x10 && bytes[1] === 0x04) say(status(bytes[2] ?? 1));
    else if (bytes[0] === 0x1d && bytes[1] === 0x72) {
      if (!isJammed) say(0);
    } else if (world.printer === 'jam') isJammed = true;
    else world.slips.push([...bytes]);
  };
  const port = {
    readable: null as ReadableStream<Uint8Array> | null,
    writable: null as WritableStream<Uint8Array> | null,
    open: () => {
      port.readable = new ReadableStream<Uint8Array>({
        start: (controller) => {
          answer = controller;
        },
      });
      port.writable = new WritableStream<Uint8Array>({ write: hear });
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  Object.defineProperty(navigator, 'serial', {
    configurable: true,
    value: {
      getPorts: () => Promise.resolve([port]),
      requestPort: () => Promise.resolve(port),
    },
  });
}
