// A line between two programs, and what befalls it. Several things may befall it at once, each under its own
// name: the worst one shows, and when that is mended, the next.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Flow } from './flow.ts';
import { portalPage } from './portal.ts';

export type LineState =
  /** Silence: no end, no reset; what was under way arrives when it is mended. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'portal' }
  /** Every answer comes so much later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Pages of the ticket list arrive with a wrong sum, or spoilt. */
  | { readonly kind: 'garbled' };

const WORST_FIRST = ['cut', 'refused', 'portal', 'slow', 'garbled'] as const;

export type LineEnds = {
  readonly listen: { readonly host: string; readonly port: number };
  /** Where it leads; `https:` is spoken by the line, so that its near end needs no certificate. */
  readonly to: string;
  readonly ca?: string | undefined;
};

export class Line implements AsyncDisposable {
  readonly #server: Server;
  readonly #ends: LineEnds;
  readonly #flows = new Set<Flow>();
  readonly #states = new Map<string, LineState>();
  #state: LineState | null = null;

  private constructor(server: Server, ends: LineEnds) {
    this.#server = server;
    this.#ends = ends;
    server.on('connection', (near) => this.#join(near));
  }

  static async lay(ends: LineEnds): Promise<Line> {
    const server = createServer({ noDelay: true });
    server.listen(ends.listen.port, ends.listen.host);
    await once(server, 'listening');
    return new Line(server, ends);
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** @param name - of what befalls it; the same name again takes the place of the earlier state */
  befall(name: string, state: LineState): void {
    this.#states.set(name, state);
    this.#show();
  }

  mend(name: string): void {
    this.#states.delete(name);
    this.#show();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const flow of this.#flows) flow.end();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #show(): void {
    const all = [...this.#states.values()];
    const kind = WORST_FIRST.find((worse) => all.some((state) => state.kind === worse));
    this.#state = all.find((state) => state.kind === kind) ?? null;
    const breaks = this.#state?.kind === 'refused' || this.#state?.kind === 'portal';
    for (const flow of this.#flows) {
      if (breaks) flow.reset();
      else flow.become(this.#state);
    }
  }

  #join(near: Socket): void {
    near.on('error', () => {});
    if (this.#state?.kind === 'refused') near.resetAndDestroy();
    else if (this.#state?.kind === 'portal') portalPage(near);
    else this.#carry(near);
  }

  #carry(near: Socket): void {
    const { to, ca } = this.#ends;
    const { hostname, port, protocol } = new URL(to);
    const isTls = protocol === 'https:';
    const place = { host: hostname, port: Number(port || (isTls ? 443 : 80)) };
    const far = isTls
      ? connectTls({ ...place, servername: hostname, ...(ca === undefined ? {} : { ca }) })
      : connect({ ...place, noDelay: true });
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
