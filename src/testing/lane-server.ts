// A server as a lane sees it: the wire of `protocol/` over a hub in memory, with faults on demand.
import http from 'node:http';
import { json } from 'node:stream/consumers';
import type { DeviceSelf } from '#protocol/access.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { JournalEntry } from '#protocol/journal.ts';
import { type StatusReport, statusReport } from '#protocol/lane-status.ts';
import type { ScanRequest } from '#protocol/scans.ts';
import { type Answer, answerSpoilt, SPOILERS, type Spoiler } from './lane-faults.ts';
import { eventNow } from './match-now.ts';
import { EVENT_NUMBER, MemoryHub } from './memory-hub.ts';

export const LANE_TOKEN = 'kd_lane';

/**
 * `hang`: takes scans and never answers · `lost`: claims, then never answers · `behind`: a restored
 * store, which decides nothing and takes journals · `revoked`: does not know the device.
 */
export type ServerFault = 'none' | 'hang' | 'lost' | 'behind' | 'revoked' | Spoiler;

export class LaneServer implements AsyncDisposable {
  readonly hub: MemoryHub;
  /** Requests in order of arrival: `POST /api/v1/scans`. */
  readonly asked: string[] = [];
  /** What lanes said that they had seen, scan by scan. */
  readonly seen: (string | undefined)[] = [];
  /** Batches with one of these entries are refused whole, as malformed. */
  readonly indigestible = new Set<number>();
  /** What lanes said of themselves. */
  readonly statuses: StatusReport[] = [];
  fault: ServerFault = 'none';
  /** What it tells the lane of itself beside what is usual. */
  self: Partial<DeviceSelf> = {};
  /** What it says of itself. */
  role: 'hub' | 'edge' = 'hub';
  readonly #streams = new Set<http.ServerResponse>();
  #server: http.Server | null = null;
  #port = 0;

  constructor(file: EventFile = eventNow()) {
    this.hub = new MemoryHub(file, (name, body) => {
      for (const stream of this.#streams) {
        stream.write(`event: ${name}\ndata: ${JSON.stringify(body)}\n\n`);
      }
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Again after {@link stop}: at the same address. */
  async start(): Promise<this> {
    const server = http.createServer((request, response) => {
      this.#serve(request, response).catch((error) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
    this.#server = server;
    return this;
  }

  /** Gone at once, as after `kill -9`; what it had decided is kept. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    this.#streams.clear();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    this.asked.push(`${request.method} ${pathname}`);
    const spoiler = SPOILERS.find((each) => each === this.fault);
    if (pathname.endsWith('/live') && this.#isKnown(request) && spoiler === undefined) {
      this.#live(response);
      return;
    }
    const body = request.method === 'POST' ? await json(request) : null;
    if (spoiler !== undefined) {
      await answerSpoilt(spoiler, pathname, response, () =>
        this.#answer(request, pathname, searchParams, body),
      );
      return;
    }
    const isScan = pathname === '/api/v1/scans';
    if (isScan && this.fault === 'hang') return;
    const answer = this.#answer(request, pathname, searchParams, body);
    if (isScan && this.fault === 'lost') return;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  #isKnown({ headers }: http.IncomingMessage): boolean {
    return this.fault !== 'revoked' && headers.authorization === `Bearer ${LANE_TOKEN}`;
  }

  #answer(
    request: http.IncomingMessage,
    pathname: string,
    query: URLSearchParams,
    body: unknown,
  ): Answer {
    if (pathname === '/healthz') return ok({ status: 'ok', role: this.role, store: 'ours' });
    if (!this.#isKnown(request)) return problem(401, 'unauthenticated');
    if (this.fault === 'behind' && /scans|readyz/.test(pathname))
      return problem(503, 'store-behind');
    if (request.method === 'GET') return this.#get(pathname, query);
    if (pathname === '/api/v1/journal') {
      const { journalId, entries } = body as { journalId: string; entries: JournalEntry[] };
      const isBad = entries.some(({ seq }) => this.indigestible.has(seq));
      return isBad ? problem(400, 'malformed-request') : ok(this.hub.receive(journalId, entries));
    }
    if (pathname === '/api/v1/scans') {
      this.seen.push(request.headers['kaimen-seen']?.toString());
      const answer = this.hub.scan(body as ScanRequest);
      return answer === null ? problem(409, 'scan-id-reused') : ok(answer);
    }
    if (pathname === '/api/v1/devices/self/status') {
      this.statuses.push(statusReport.parse(body));
      return ok({});
    }
    const scanId = /^\/api\/v1\/scans\/([^/]+)\/annul$/.exec(pathname)?.[1] ?? '';
    const { cause } = body as { cause: string };
    const at = new Date().toISOString();
    return this.hub.annul(scanId, cause)
      ? ok({ scanId, outcome: 'annulled', at })
      : problem(404, 'not-found');
  }

  #get(pathname: string, query: URLSearchParams): Answer {
    const { file } = this.hub;
    switch (pathname) {
      case '/readyz':
        return ok({ status: 'ready' });
      case '/api/v1/device':
        return ok({ ...SELF, ...this.self, event: file.id, serverTime: new Date().toISOString() });
      case `/api/v1/events/${file.id}`:
        return ok({ id: file.id, number: EVENT_NUMBER, file });
      case `/api/v1/events/${file.id}/controls`:
        return ok(this.hub.controlsState());
      case `/api/v1/events/${file.id}/list`:
        return ok(this.hub.list(query.get('since')));
      case `/api/v1/events/${file.id}/claims`:
        return ok(this.hub.claims(query.get('since')));
      default:
        return problem(404, 'not-found');
    }
  }

  #live(response: http.ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }
}

const SELF = {
  deviceId: 'd1',
  gate: 'N1',
  lane: 'N1-1',
  role: 'lane',
  isPractice: false,
  operator: null,
  checkpoint: 'turnstile',
  storeEpoch: 'e1',
};

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function problem(status: number, code: string): Answer {
  return { status, body: { type: 'about:blank', title: code, status, code } };
}
