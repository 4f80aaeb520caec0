// The page's side of the decoder: one frame at a time.
import type { ReadCode } from '#lane/decoding/read-picture.ts';
import type { DecodeAnswer, DecodeRequest, Frame } from './decode-messages.ts';

export class CodeReader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: DecodeAnswer) => void>();
  #id = 0;
  #turn = 0;

  constructor() {
    this.#worker = new Worker(new URL('./decode-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<DecodeAnswer>) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
    this.#worker.onerror = (event) => {
      for (const [id, resolve] of this.#waiting) {
        resolve({ id, found: null, ms: 0, fault: event.message });
      }
      this.#waiting.clear();
    };
  }

  /** Each frame is looked at in the next of the ways. It is handed over, not copied. */
  async frame(frame: Frame): Promise<ReadCode | null> {
    const turn = this.#turn;
    this.#turn += 1;
    this.#id += 1;
    const request = { id: this.#id, kind: 'frame', frame, turn } as const;
    return (await this.#ask(request, frame)).found;
  }

  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #ask(request: DecodeRequest, handedOver: Transferable): Promise<DecodeAnswer> {
    return new Promise((resolve) => {
      this.#waiting.set(request.id, resolve);
      this.#worker.postMessage(request, [handedOver]);
    });
  }
}
