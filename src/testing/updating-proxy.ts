// A way to a server that can ship another version of the gate app: its service worker comes changed.
import http from 'node:http';

export class UpdatingProxy implements AsyncDisposable {
  readonly #server: http.Server;
  #version = '';

  private constructor(server: http.Server) {
    this.#server = server;
  }

  static async to(url: string): Promise<UpdatingProxy> {
    const server = http.createServer();
    const proxy = new UpdatingProxy(server);
    server.on('request', (request, response) => proxy.#pass(new URL(url), request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** From now on the app is another one. */
  ship(version: string): void {
    this.#version = version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass({ hostname, port }: URL, request: http.IncomingMessage, response: http.ServerResponse) {
    const isWorker = request.url === '/gate/service-worker.js' && this.#version !== '';
    const { host: _, 'accept-encoding': __, ...asked } = request.headers;
    // What the browser has is not what is shipped now.
    const headers = isWorker ? { ...asked, 'if-none-match': '' } : asked;
    const options = { hostname, port, path: request.url ?? '/', method: request.method ?? 'GET' };
    const upward = http.request({ ...options, headers }, (answer) => {
      const { 'content-length': ___, etag: ____, ...rest } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, isWorker ? rest : answer.headers);
      answer.pipe(response, { end: !isWorker });
      if (isWorker) answer.on('end', () => response.end(`\n// ${this.#version}\n`));
    });
    upward.on('error', () => response.destroy());
    request.pipe(upward);
  }
}
