// One connection by Node's own HTTP client: what a bench from the shelf asks with. It costs several times
// what `Connection` does, and on a small machine that is felt by whoever is measured.
import { Agent, request } from 'node:http';
import type { Answer, Sender } from './loops.ts';

const HEAD_END = '\r\n\r\n';

export class OrdinarySender implements Sender {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = new URL(url);
  }

  async send(bytes: Uint8Array | string): Promise<Answer> {
    const { method, path, headers, body } = partsOf(bytes.toString());
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const { hostname: host, port } = this.#url;
    const asked = request({ agent: this.#agent, host, port, method, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }),
      );
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
    return await promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function partsOf(text: string) {
  const end = text.indexOf(HEAD_END);
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method, path] = first.split(' ', 2);
  const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2)));
  return { method, path, headers, body: text.slice(end + HEAD_END.length) };
}
