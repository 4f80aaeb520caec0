// A serial line in the browser (Web Serial: Chromium on a desk). TypeScript's DOM does not know it yet.
import type { ByteLine } from './slip-printer.ts';

type SerialPort = {
  open(options: { baudRate: number }): Promise<void>;
  close(): Promise<void>;
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
};
type Serial = {
  requestPort(): Promise<SerialPort>;
  getPorts(): Promise<readonly SerialPort[]>;
};

export const BAUD_RATES = [9_600, 19_200, 38_400, 115_200] as const;
const BYTES_KEPT_MAX = 4_096;

function serialOf(): Serial | null {
  return (navigator as { serial?: Serial }).serial ?? null;
}

export function isSerialHere(): boolean {
  return serialOf() !== null;
}

/** The one that was allowed before; null: none was. */
export async function knownLine(baudRate: number): Promise<SerialLine | null> {
  const [port] = (await serialOf()?.getPorts()) ?? [];
  return port === undefined ? null : await SerialLine.open(port, baudRate);
}

/** Asks the person which line; null: they chose none. */
export async function chooseLine(baudRate: number): Promise<SerialLine | null> {
  const serial = serialOf();
  if (serial === null) return null;
  const port = await serial.requestPort().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  });
  return port === null ? null : await SerialLine.open(port, baudRate);
}

export class SerialLine implements ByteLine {
  readonly #port: SerialPort;
  readonly #bytes: number[] = [];
  #arrived: (() => void) | null = null;
  #isOpen = true;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;

  private constructor(port: SerialPort) {
    this.#port = port;
    void this.#listen();
  }

  static async open(port: SerialPort, baudRate: number): Promise<SerialLine> {
    if (port.readable === null) await port.open({ baudRate });
    return new SerialLine(port);
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const writer = this.#port.writable?.getWriter();
    if (writer === undefined) return;
    try {
      await writer.write(bytes);
    } catch {
      // It was pulled out; whoever waits for its answer hears nothing.
    } finally {
      writer.releaseLock();
    }
  }

  async read(withinMs: number): Promise<number | null> {
    const byte = this.#bytes.shift();
    if (byte !== undefined || withinMs <= 0 || !this.#isOpen) return byte ?? null;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#arrived = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#arrived = null;
    return this.#bytes.shift() ?? null;
  }

  async #listen(): Promise<void> {
    try {
      this.#reader = this.#port.readable?.getReader() ?? null;
      for (;;) {
        const { value, done } = (await this.#reader?.read()) ?? { value: undefined, done: true };
        if (done) break;
        this.#bytes.push(...(value ?? []));
        if (this.#bytes.length > BYTES_KEPT_MAX) this.#bytes.splice(0, BYTES_KEPT_MAX / 2);
        this.#arrived?.();
      }
    } catch {
      // The line is gone; so are its answers.
    }
    this.#isOpen = false;
    this.#arrived?.();
  }

  /** So that it may be opened again, at another rate. */
  async close(): Promise<void> {
    try {
      await this.#reader?.cancel();
      this.#reader?.releaseLock();
      await this.#port.close();
    } catch {
      // It is gone already.
    }
  }
}
