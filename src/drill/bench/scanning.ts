// Lanes that present tickets: what a lane sends, down to the header that says what it has seen. The
// reference is asked in the same way, so that the client does the same work for both.
import { randomUUID } from 'node:crypto';
import { type Connections, openConnections } from '#drill/load/connections.ts';
import type { Loop, Sender } from '#drill/load/loops.ts';
import { OrdinarySender } from '#drill/load/ordinary-sender.ts';
import type { BenchLane, Match } from './match.ts';

export type Scanning = Disposable & {
  readonly connections: Connections;
  /** As many connections again, of a client that costs what clients cost. */
  readonly ordinary: readonly Sender[];
  readonly loop: Loop;
  /** Mean bytes of an answer's body so far. */
  answerBytes(): number;
};

const SEEN = /"storeEpoch":"([^"]+)","revision":(\d+),"mark":"([^"]+)"\}$/;
const SEEN_BYTES_MAX = 160;
const ADMITTED = Buffer.from('"verdict":"admitted"');
const FILLED = Buffer.from('"fill":"');

/** One connection a lane; each request presents a ticket that nobody has presented before. */
export function startScanning(match: Match): Promise<Scanning> {
  return start(match.server.url, match.lanes, {
    codeFor: (lane) => match.codes.get(lane.stand)?.pop() ?? null,
    good: ADMITTED,
    seen: '',
  });
}

/** The same requests, by as many connections, to the reference. */
export function startEchoing(url: string, match: Match): Promise<Scanning> {
  return start(url, match.lanes, {
    codeFor: () => 'K'.repeat(26),
    good: FILLED,
    seen: 'abcdefghijklmnop:123456:abcdefghijk',
  });
}

type Manner = {
  /** The next code that this lane presents; null: there is none left. */
  readonly codeFor: (lane: BenchLane) => string | null;
  readonly good: Buffer;
  readonly seen: string;
};

async function start(
  url: string,
  lanes: readonly BenchLane[],
  { codeFor, good, seen }: Manner,
): Promise<Scanning> {
  const { host } = new URL(url);
  const connections = await openConnections(url, lanes.length);
  const ordinary = lanes.map(() => new OrdinarySender(url));
  const states = new Map<Sender, { readonly lane: BenchLane; seen: string }>();
  for (const senders of [connections.all, ordinary]) {
    senders.forEach((sender, index) => {
      const lane = lanes[index];
      if (lane !== undefined) states.set(sender, { lane, seen });
    });
  }
  let answers = 0;
  let bytes = 0;
  const loop: Loop = {
    next(connection) {
      const state = states.get(connection);
      const code = state === undefined ? null : codeFor(state.lane);
      if (state === undefined || code === null) return null;
      return requestOf(host, state.lane, state.seen, code);
    },
    check({ status, body }, _index, connection) {
      answers += 1;
      bytes += body.length;
      const state = states.get(connection);
      const found = SEEN.exec(body.toString('latin1', Math.max(0, body.length - SEEN_BYTES_MAX)));
      if (state !== undefined && found !== null) state.seen = `${found[1]}:${found[2]}:${found[3]}`;
      return status === 200 && body.includes(good);
    },
  };
  return {
    connections,
    ordinary,
    loop,
    answerBytes: () => Math.round(bytes / Math.max(answers, 1)),
    [Symbol.dispose]() {
      connections.close();
      for (const sender of ordinary) sender.close();
    },
  };
}

/** Written out, since a client that is slow to ask measures itself. */
function requestOf(host: string, { token, lane }: BenchLane, seen: string, code: string): string {
  const body = `{"scanId":"${randomUUID()}","code":"${code}","direction":"in","scannedAt":"${new Date().toISOString()}","lane":"${lane}"}`;
  const header = seen === '' ? '' : `kaimen-seen: ${seen}\r\n`;
  return `POST /api/v1/scans HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${header}\r\n${body}`;
}
