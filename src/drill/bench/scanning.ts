// Lanes that present tickets: what a lane sends, down to the header that says what it has seen.
import { randomUUID } from 'node:crypto';
import type { Connection } from '#drill/load/connection.ts';
import { type Connections, openConnections } from '#drill/load/connections.ts';
import type { Loop } from '#drill/load/loops.ts';
import type { BenchLane, Match } from './match.ts';

type LaneState = { readonly lane: BenchLane; seen: string };

const SEEN = /"storeEpoch":"([^"]+)","revision":(\d+),"mark":"([^"]+)"\}$/;
const ADMITTED = Buffer.from('"verdict":"admitted"');

export type Scanning = {
  readonly connections: Connections;
  /** Every request presents a ticket that nobody has presented, at a gate that it may use. */
  readonly loop: Loop;
  /** Mean bytes of an answer's body so far. */
  answerBytes(): number;
};

/** One connection a lane. */
export async function startScanning(match: Match): Promise<Scanning> {
  const connections = await openConnections(match.server.url, match.lanes.length);
  const states = new Map<Connection, LaneState>();
  connections.all.forEach((connection, index) => {
    const lane = match.lanes[index];
    if (lane !== undefined) states.set(connection, { lane, seen: '' });
  });
  let answers = 0;
  let bytes = 0;
  return {
    connections,
    answerBytes: () => Math.round(bytes / Math.max(answers, 1)),
    loop: {
      next(connection) {
        const state = states.get(connection);
        const code = state === undefined ? undefined : match.codes.get(state.lane.stand)?.pop();
        if (state === undefined || code === undefined) return null;
        return scanBytes(connection, state, code);
      },
      check(response, _index, connection) {
        const { body } = response;
        answers += 1;
        bytes += body.length;
        const state = states.get(connection);
        const seen = SEEN.exec(body.toString('latin1', Math.max(0, body.length - SEEN_BYTES_MAX)));
        if (state !== undefined && seen !== null) state.seen = `${seen[1]}:${seen[2]}:${seen[3]}`;
        return response.status === 200 && body.includes(ADMITTED);
      },
    },
  };
}

const SEEN_BYTES_MAX = 160;

function scanBytes(connection: Connection, { lane, seen }: LaneState, code: string) {
  const scan = {
    scanId: randomUUID(),
    code,
    direction: 'in',
    scannedAt: new Date().toISOString(),
    lane: lane.lane,
  };
  const { token } = lane;
  const headers = seen === '' ? {} : { 'kaimen-seen': seen };
  return connection.bytesOf({ path: '/api/v1/scans', body: JSON.stringify(scan), token, headers });
}
