// The page's side of the decoder: one picture at a time, its pixels handed over and not copied.
import type { ImageDataLike } from '#lane/decoding/picture.ts';
import type { ReadCode } from '#lane/decoding/read-picture.ts';
import type { DecodeAnswer, DecodeRequest } from './decode-messages.ts';

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

  /** Each frame is looked at in the next of the ways. */
  async frame(image: ImageData): Promise<ReadCode | null> {
    const turn = this.#turn;
    this.#turn += 1;
    return (await this.#ask({ id: this.#nextId(), kind: 'frame', turn, image: plain(image) }))
      .found;
  }

  /** A photograph is looked at in all ways. */
  async still(image: ImageData): Promise<ReadCode | null> {
    return (await this.#ask({ id: this.#nextId(), kind: 'still', image: plain(image) })).found;
  }

  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #nextId(): number {
    this.#id += 1;
    return this.#id;
  }

  #ask(request: DecodeRequest): Promise<DecodeAnswer> {
    const { id, image } = request;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage(request, [image.data.buffer]);
    });
  }
}

/** Its pixels can be handed over; the browser's own object cannot. */
function plain({ width, height, data }: ImageData): ImageDataLike {
  return { width, height, data, colorSpace: 'srgb' };
}
