// Requests by `fetch`, which Node and browsers have alike.
import type { Awaitable, LaneRequest, Transport } from './ports.ts';

/** @param authorize - headers that prove which device asks, made anew for each request */
export function createFetchTransport(
  authorize: (address: string, request: LaneRequest) => Awaitable<Readonly<Record<string, string>>>,
): Transport {
  async function call(address: string, request: LaneRequest): Promise<Response> {
    const { method, path, json, headers, signal } = request;
    return await fetch(new URL(path, address), {
      method,
      headers: {
        ...(json === null ? {} : { 'content-type': 'application/json' }),
        ...headers,
        ...(await authorize(address, request)),
      },
      // A portal that sends elsewhere is no answer, and never sees the body.
      redirect: 'error',
      cache: 'no-store',
      credentials: 'omit',
      signal,
      ...(json === null ? {} : { body: json }),
    });
  }

  return {
    async send(address, request) {
      const response = await call(address, request);
      return { status: response.status, text: await response.text() };
    },
    async stream(address, request) {
      const response = await call(address, request);
      if (response.status !== 200) return { status: response.status, text: await response.text() };
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
      if (isStream !== true || response.body === null) {
        await response.body?.cancel();
        throw new Error('what answered is no event stream');
      }
      return { status: 200, bytes: chunksOf(response.body) };
    },
  };
}

/** Not every browser can iterate a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
