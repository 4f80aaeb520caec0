// The line between two nodes, which a test may cut, slow down, or hide behind a captive portal.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

type Mode =
  | 'good'
  | 'cut'
  /** Every request gets a page of its own, with status 200. */
  | 'portal'
  | { readonly slowMs: number }
  /** Requests for these addresses break off after their first bytes. */
  | { readonly breaks: RegExp; readonly afterAnswers: number };

export class BadWire implements AsyncDisposable {
  mode: Mode = 'good';
  readonly url: string;
  readonly #server: http.Server;
  #answered = 0;

  private constructor(server: http.Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param target - asked anew for each request, since nodes come back elsewhere */
  static async to(target: () => string): Promise<BadWire> {
    const server = http.createServer((request, response) => {
      wire.#carry(request, response, target()).catch(() => request.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const wire = new BadWire(server);
    return wire;
  }

  async #carry(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    target: string,
  ): Promise<void> {
    const { mode } = this;
    if (mode === 'cut') return void request.destroy();
    if (mode === 'portal') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end('<h1>Welcome to Stadium Wi-Fi</h1>');
    }
    if (typeof mode === 'object' && 'slowMs' in mode) await pause(mode.slowMs);
    const { host: _, ...headers } = request.headers;
    const onward = http.request(new URL(request.url ?? '/', target), {
      method: request.method ?? 'GET',
      headers,
    });
    request.pipe(onward);
    const [answer] = (await once(onward, 'response')) as [http.IncomingMessage];
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (typeof mode === 'object' && 'breaks' in mode && mode.breaks.test(request.url ?? '')) {
      this.#answered += 1;
      if (this.#answered > mode.afterAnswers) {
        response.write(' ');
        return void response.destroy();
      }
    }
    answer.pipe(response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
