// Every other address is asked ten times what the node can serve, while lanes scan, send journals and fetch
// lists. Calm and flood take turns, so that what else the machine does weighs on both.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type CpuSeconds, withCost } from '#drill/bench/processes.ts';
import { DrillClient, type Lane } from '#drill/drill-client.ts';
import { type Request, requestBytes } from '#drill/load/connection.ts';
import { openConnections } from '#drill/load/connections.ts';
import type { Histogram } from '#drill/load/histogram.ts';
import { openLoop } from '#drill/load/loops.ts';
import { ServerProcess } from '#drill/server-process.ts';
import { refOf, type SmallMatch, setUpMatch } from '#drill/small-match.ts';
import { type Ratios, ratiosOf, type Turns } from './flood-ratios.ts';
import { type FloodTally, flood, startRefuser } from './flood-wish.ts';
import { goOn, type Steady } from './steady.ts';

export type FloodSize = {
  readonly rounds: number;
  readonly turnMs: number;
  readonly scansPerSecond: number;
  readonly lanes: number;
  readonly times: number;
  /** What the flood asks; left out: what people at screens do. */
  readonly asks?: (client: DrillClient, match: SmallMatch) => Promise<FloodRequests>;
};

export type FloodRequests = {
  /** That a node which has nothing else to do serves: so its capacity is found. */
  readonly known: readonly Request[];
  readonly all: readonly Request[];
  /** Of each turn its own, where the same again would be something else; left out: always `all`. */
  readonly fresh?: () => readonly Request[];
};

export type Turn = {
  readonly scanP50Ms: number;
  readonly scanP99Ms: number;
  readonly scans: number;
  readonly scansFailed: number;
  readonly steady: Steady;
  readonly cpu: CpuSeconds;
  readonly seconds: number;
  /** Of a core, that others of the machine's host had. */
  readonly stolen: number;
  readonly flood: FloodTally | null;
};

export type FloodReport = Turns &
  Ratios & {
    /** Of the other requests, a second, by a node that has nothing else to do. */
    readonly capacityPerSecond: number;
    readonly metrics: readonly string[];
  };

/** Twice as many as the server lets wait: fewer would only wait, as they should, and nothing would be turned away. */
const FLOOD_CONNECTIONS = 2_048;
const CAPACITY_CONNECTIONS = 16;
const WARM_UP_MS = 4_000;
/** From its first request until a flood is one: connections stand, lines are full, the first thousands have been turned away. */
const ONSET_MS = 2_000;

export async function runFloodDrill(
  dir: string,
  size: FloodSize,
  say: (line: string) => void,
): Promise<FloodReport> {
  await using server = await ServerProcess.start(dir);
  using client = await DrillClient.open(server.url, 8, server.adminToken);
  const seconds = (size.turnMs * (3 * size.rounds + 1) + WARM_UP_MS) / 1_000;
  const tickets = Math.ceil(seconds * size.scansPerSecond * 1.2) + 1_000;
  const match = await setUpMatch(client, server.adminToken, { tickets, lanes: size.lanes });
  const requests = await (size.asks ?? consoleRequests)(client, match);
  const scanning = await scanner(server, match, size);
  const capacityPerSecond = await capacityOf(server, requests.known);
  say(
    `this node serves ${capacityPerSecond.toFixed(0)} other requests a second, with nothing else to do`,
  );
  await scanning.run(WARM_UP_MS);
  await using refuser = await startRefuser();
  const turns = { calm: [] as Turn[], beside: [] as Turn[], flooded: [] as Turn[] };
  const perSecond = capacityPerSecond * size.times;
  const wish = { requests: requests.all, perSecond, connections: FLOOD_CONNECTIONS };
  const wishes = {
    calm: null,
    beside: { ...wish, url: refuser.url, ms: size.turnMs },
    flooded: { ...wish, url: server.url, ms: size.turnMs },
  };
  for (let round = 0; round < size.rounds; round++) {
    // Each is first, last and between equally often.
    for (const at of TURNS.keys()) {
      const name = TURNS[(at + round) % TURNS.length] ?? 'calm';
      const asked = wishes[name];
      const wished = asked && { ...asked, requests: requests.fresh?.() ?? asked.requests };
      turns[name].push(await turn(server, scanning, match, size, wished));
    }
    say(roundLine(round, turns));
  }
  scanning.close();
  const metrics = await metricsOf(server);
  return { capacityPerSecond, ...turns, ...ratiosOf(turns), metrics };
}

const TURNS = ['calm', 'beside', 'flooded'] as const;

function roundLine(round: number, turns: Turns): string {
  const [calm, beside, flooded] = TURNS.map((name) => turns[name].at(-1));
  const ms = (value = Number.NaN) => `${value.toFixed(1)} ms`;
  const { flood: told, steady, cpu, seconds = 1 } = flooded ?? {};
  const rate = (count = 0) => (count / (told?.seconds ?? 1)).toFixed(0);
  return [
    `round ${round + 1}: scan p99 ${ms(calm?.scanP99Ms)} calm, ${ms(beside?.scanP99Ms)} with the flood beside, ${ms(flooded?.scanP99Ms)} flooded`,
    `p50 ${ms(calm?.scanP50Ms)}, ${ms(beside?.scanP50Ms)}, ${ms(flooded?.scanP50Ms)}`,
    `a second: ${rate(told?.served)} served, ${rate(told?.shed)} shed, ${rate(told?.refused)} refused, ${rate(told?.unsent)} unsent`,
    `Retry-After ${told?.retryAfterS?.join('–') ?? 'none'} s`,
    `control ${steady?.control.answered}/${steady?.control.asked} ${ms(steady?.control.p99Ms)}`,
    `journals ${ms(calm?.steady.journal.p99Ms)}, ${ms(steady?.journal.p99Ms)}`,
    `server ${((cpu?.server ?? 0) / seconds).toFixed(2)} and PostgreSQL ${((cpu?.postgres ?? 0) / seconds).toFixed(2)} of a core`,
    `others of the host had ${[calm, beside, flooded].map((each) => each?.stolen.toFixed(2)).join(', ')} of one`,
  ].join('; ');
}

/** As many as are answered, asked by connections that never rest. */
async function capacityOf(server: ServerProcess, requests: readonly Request[]): Promise<number> {
  const wish = { url: server.url, requests, perSecond: null, connections: CAPACITY_CONNECTIONS };
  await flood({ ...wish, ms: WARM_UP_MS / 2 });
  const { served, seconds } = await flood({ ...wish, ms: WARM_UP_MS });
  return served / seconds;
}

type Scanning = {
  run(ms: number): Promise<{ latency: Histogram; failed: number; answered: number }>;
  close(): void;
};

async function scanner(
  server: ServerProcess,
  match: SmallMatch,
  size: FloodSize,
): Promise<Scanning> {
  const connections = await openConnections(server.url, size.lanes);
  const laneOf = new Map(connections.all.map((each, at) => [each, match.lanes[at] as Lane]));
  const { host } = new URL(server.url);
  const codes = [...match.codes];
  return {
    run: (ms) =>
      openLoop(
        connections,
        {
          next(connection) {
            const code = codes.pop();
            const token = laneOf.get(connection)?.token ?? '';
            if (code === undefined) return null;
            const scannedAt = new Date().toISOString();
            const body = { scanId: randomUUID(), code, direction: 'in', scannedAt };
            return requestBytes(host, { path: '/api/v1/scans', token, body });
          },
          check: ({ status, body }) => status === 200 && body.includes('"verdict":"admitted"'),
        },
        size.scansPerSecond,
        ms,
      ),
    close: () => connections.close(),
  };
}

async function turn(
  server: ServerProcess,
  scanning: Scanning,
  match: SmallMatch,
  size: FloodSize,
  wish: Parameters<typeof flood>[0] | null,
): Promise<Turn> {
  const { result, cpu, seconds, stolen } = await withCost(server, async () => {
    const asking = Promise.withResolvers<void>();
    if (wish === null) asking.resolve();
    const flooding =
      wish === null ? null : flood({ ...wish, ms: wish.ms + ONSET_MS }, asking.resolve);
    await Promise.race([asking.promise, flooding]);
    const [told, [scans, steady]] = await Promise.all([
      flooding,
      pause(ONSET_MS).then(() =>
        Promise.all([scanning.run(size.turnMs), goOn(server, match, size.turnMs)]),
      ),
    ]);
    return { told, scans, steady };
  });
  const { told, scans, steady } = result;
  return {
    scanP50Ms: scans.latency.quantileMs(0.5),
    scanP99Ms: scans.latency.quantileMs(0.99),
    scans: scans.answered,
    scansFailed: scans.failed,
    steady,
    cpu,
    seconds,
    stolen: stolen / seconds,
    flood: told,
  };
}

/** What people at screens ask, by four of them; and the same by strangers with made-up tokens. */
async function consoleRequests(
  client: DrillClient,
  { eventId }: SmallMatch,
): Promise<FloodRequests> {
  const event = `/api/v1/events/${eventId}`;
  const paths = [
    `${event}/tickets?limit=100`,
    `${event}/tickets/${refOf(7)}`,
    `${event}/scans`,
    `${event}/tickets/${refOf(9)}/history`,
    `${event}/conflicts`,
    '/api/v1/events',
    '/api/v1/audit',
    `${event}/shifts`,
  ];
  const known: Request[] = [];
  for (let person = 0; person < 4; person++) {
    const body = { role: 'admin' };
    const { token } = await client.ask<{ token: string }>({ path: '/api/v1/tokens', body });
    for (const path of paths) known.push({ method: 'GET', path, token });
  }
  const strangers = known.map((request, at) => ({
    ...request,
    token: `kmo_${'abcdefghijklmnopqrstuvwxyz234567'
      .slice(at % 8)
      .padEnd(32, 'k')
      .slice(0, 32)}`,
  }));
  return { known, all: known.flatMap((request, at) => [request, strangers[at] as Request]) };
}

async function metricsOf(server: ServerProcess): Promise<string[]> {
  const answer = await fetch(`${server.url}/metrics`, { signal: AbortSignal.timeout(5_000) });
  const wanted = /^(http_requests_|http_ordinary_places|event_loop_stall)/;
  return (await answer.text()).split('\n').filter((line) => wanted.test(line));
}
