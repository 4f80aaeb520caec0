// One direction of one connection: bytes in the order they came, each when it is due.
import type { Socket } from 'node:net';
import { garbled } from './garbled.ts';
import type { LineState } from './line.ts';

export class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #isAnswer: boolean;
  #held: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
  #state: LineState | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(from: Socket, to: Socket, isAnswer: boolean) {
    this.#from = from;
    this.#to = to;
    this.#isAnswer = isAnswer;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  become(state: LineState | null): void {
    this.#state = state;
    this.#pass();
  }

  /** The other end has gone. Over a cut line nobody hears of it before it is mended. */
  close(): void {
    this.#isClosed = true;
    this.#pass();
  }

  reset(): void {
    this.#stop();
    for (const socket of [this.#from, this.#to]) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  end(): void {
    this.#stop();
    this.#from.destroy();
    this.#to.destroy();
  }

  #take(bytes: Buffer): void {
    const state = this.#isAnswer ? this.#state : null;
    const waits = state?.kind === 'slow' ? state.ms : 0;
    const carried = state?.kind === 'garbled' ? garbled(bytes) : bytes;
    this.#held.push({ bytes: carried, dueAt: performance.now() + waits });
    this.#pass();
  }

  #pass(): void {
    if (this.#state?.kind === 'cut') return;
    this.#stop();
    const now = performance.now();
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (next.dueAt > now) {
        this.#timer = setTimeout(() => this.#pass(), next.dueAt - now);
        return;
      }
      this.#held.shift();
      if (!this.#to.destroyed) this.#to.write(next.bytes);
    }
    if (this.#isClosed) this.#to.end();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
