// A cable between two programs on this machine, and what befalls it. A cable that is cut says nothing:
// no end, no reset; whoever listens on it hears silence, and what was under way arrives when it is mended.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export type WireState =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut' }
  /** Every answer comes so much later. */
  | { readonly kind: 'slow'; readonly ms: number };

const WHOLE: WireState = { kind: 'whole' };

export class Wire implements AsyncDisposable {
  readonly #server: Server;
  readonly #to: URL;
  readonly #flows = new Set<Flow>();
  #state: WireState = WHOLE;

  private constructor(server: Server, to: URL) {
    this.#server = server;
    this.#to = to;
    server.on('connection', (near) => this.#join(near));
  }

  /** @param to - the address that is reached through it */
  static async lay(to: string): Promise<Wire> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wire(server, new URL(to));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  become(state: WireState): void {
    this.#state = state;
    for (const flow of this.#flows) flow.become(state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const flow of this.#flows) flow.end();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: Number(this.#to.port), noDelay: true });
    const flows = [new Flow(near, far, false), new Flow(far, near, true)];
    for (const flow of flows) {
      this.#flows.add(flow);
      flow.become(this.#state);
    }
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const flow of flows) {
          this.#flows.delete(flow);
          flow.close();
        }
      });
    }
  }
}

/** One direction of one connection: bytes in the order they came, each when it is due. */
class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #isAnswer: boolean;
  #held: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
  #state: WireState = WHOLE;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(from: Socket, to: Socket, isAnswer: boolean) {
    this.#from = from;
    this.#to = to;
    this.#isAnswer = isAnswer;
    from.on('data', (bytes: Buffer) => {
      const waits = this.#state.kind === 'slow' && this.#isAnswer ? this.#state.ms : 0;
      this.#held.push({ bytes, dueAt: performance.now() + waits });
      this.#pass();
    });
  }

  become(state: WireState): void {
    this.#state = state;
    this.#pass();
  }

  /** The other end has gone. Over a cut cable nobody hears of it before it is mended. */
  close(): void {
    this.#isClosed = true;
    this.#pass();
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#from.destroy();
    this.#to.destroy();
  }

  #pass(): void {
    if (this.#state.kind === 'cut') return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
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
}
