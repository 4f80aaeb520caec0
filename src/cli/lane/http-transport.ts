// Requests by Node's own client, over connections that are kept: a request by `fetch` takes several times the
// processor's time, and small computers at turnstiles ask three addresses at once when a line breaks.
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { LaneRequest, Transport } from '#lane/ports.ts';

const SOCKETS_MAX = 16;
const REDIRECTS = { from: 300, to: 399 } as const;

/** @param authorize - headers that prove which device asks */
export function createHttpTransport(
  authorize: (request: LaneRequest) => Readonly<Record<string, string>>,
): Transport & Disposable {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
  } as const;

  async function call(address: string, request: LaneRequest): Promise<http.IncomingMessage> {
    const { method, path, json, signal } = request;
    signal.throwIfAborted();
    const url = new URL(path, address);
    const isTls = url.protocol === 'https:';
    const headers = {
      'accept-encoding': 'br, gzip',
      ...(json === null ? {} : { 'content-type': 'application/json' }),
      ...(json === null ? {} : { 'content-length': Buffer.byteLength(json) }),
      ...request.headers,
      ...authorize(request),
    };
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const agent = agents[isTls ? 'https:' : 'http:'];
      const asked = (isTls ? https : http).request(url, { method, agent, headers, signal });
      asked
        .once('response', resolve)
        .once('error', reject)
        .end(json ?? undefined);
    });
    const status = statusOf(response);
    if (status >= REDIRECTS.from && status <= REDIRECTS.to) {
      // A portal that sends elsewhere is no answer.
      response.destroy();
      throw new Error(`${url.origin} sends elsewhere`);
    }
    return response;
  }

  return {
    async send(address, request) {
      const response = await call(address, request);
      return { status: statusOf(response), text: await text(plain(response)) };
    },
    async stream(address, request) {
      const response = await call(address, request);
      const status = statusOf(response);
      if (status !== 200) return { status, text: await text(plain(response)) };
      if (response.headers['content-type']?.startsWith('text/event-stream') !== true) {
        response.destroy();
        throw new Error('what answered is no event stream');
      }
      return { status: 200, bytes: plain(response) };
    },
    [Symbol.dispose]() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function statusOf({ statusCode = 0 }: http.IncomingMessage): number {
  return statusCode;
}

/** An answer that breaks off half way ends in an error, whatever it was packed in. */
function plain(response: http.IncomingMessage): AsyncIterable<Buffer> & NodeJS.ReadableStream {
  const encoding = response.headers['content-encoding'];
  const unpack =
    encoding === 'gzip' ? createGunzip() : encoding === 'br' ? createBrotliDecompress() : null;
  if (unpack === null) return response;
  response.once('error', (error) => unpack.destroy(error));
  unpack.once('close', () => response.destroy());
  return response.pipe(unpack);
}
