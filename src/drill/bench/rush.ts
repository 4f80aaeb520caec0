// The rush before kick-off: how many admissions a second, durable, at 64 connections that never rest.
// Reference and server take short turns, and a figure is the middle of the ratios of neighbouring
// turns: what else the machine does then weighs on both.
import { closedLoop, type Sender } from '#drill/load/loops.ts';
import type { ServerProcess } from '#drill/server-process.ts';
import { type Echo, startEcho } from './echo.ts';
import { type Figure, median, rounded } from './figure.ts';
import { type Match, openMatch } from './match.ts';
import { type CpuSeconds, cpuSecondsOf, withCost } from './processes.ts';
import { type Scanning, startEchoing, startScanning } from './scanning.ts';
import type { Size } from './size.ts';

const CONNECTIONS = 64;
/** Tickets of a small match that are not presented, so that no turn ends in a trickle. */
const SPARE_TICKETS = 500;

type Turn = {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpu: CpuSeconds;
  readonly answered: number;
};

type Round = {
  readonly echo: Turn;
  readonly small: Turn;
  readonly big: Turn;
  /** The reference and the big match, asked by Node's own HTTP client. */
  readonly ordinaryEcho: Turn;
  readonly ordinaryBig: Turn;
};

export type Rush = { readonly figures: readonly Figure[] };

/** @param big - a match of a million tickets, on another server */
export async function measureRush(
  small: ServerProcess,
  big: Match,
  size: Size,
  say: (line: string) => void,
): Promise<Rush> {
  using bigScanning = await startScanning(big);
  await warmUp(small, bigScanning, size);
  await using echo = await startEcho(bigScanning.answerBytes());
  using echoing = await startEchoing(echo.url, big);
  await closedLoop(echoing.connections.all, echoing.loop, size.turnMs);
  await closedLoop(echoing.ordinary, echoing.loop, size.turnMs);
  const rounds: Round[] = [];
  for (let number = 0; number < size.rounds; number++) {
    const round = await playRound(small, big, { echo, echoing, bigScanning, number, size });
    rounds.push(round);
    const ratio = rounded(round.small.perSecond / round.echo.perSecond);
    const { echo: reference, small: few, big: many, ordinaryEcho, ordinaryBig } = round;
    const [a, b, c, d, e] = [reference, few, many, ordinaryEcho, ordinaryBig].map((turn) =>
      Math.round(turn.perSecond),
    );
    say(
      `round ${number + 1}: reference ${a}/s, small match ${b}/s (${ratio}), big match ${c}/s; ` +
        `by Node’s client ${d}/s and ${e}/s`,
    );
  }
  return { figures: [ordinaryFigure(rounds), leanFigure(rounds), scaleFigure(rounds, size)] };
}

async function playRound(
  small: ServerProcess,
  big: Match,
  parts: {
    readonly echo: Echo;
    readonly echoing: Scanning;
    readonly bigScanning: Scanning;
    readonly number: number;
    readonly size: Size;
  },
): Promise<Round> {
  const { echo, echoing, bigScanning, number, size } = parts;
  const match = await smallMatch(small, size, `rush-${number}`);
  using smallScanning = await startScanning(match);
  const turns = {
    echo: () => echoTurn(echo, echoing, echoing.connections.all, size.turnMs),
    small: () => scanTurn(small, smallScanning, smallScanning.connections.all, size.turnMs),
    big: () => scanTurn(big.server, bigScanning, bigScanning.connections.all, size.turnMs),
    ordinaryEcho: () => echoTurn(echo, echoing, echoing.ordinary, size.turnMs),
    ordinaryBig: () => scanTurn(big.server, bigScanning, bigScanning.ordinary, size.turnMs),
  };
  // Each is first, last and between equally often.
  const order = TURNS.map((_, at) => TURNS[(at + number) % TURNS.length]);
  const round: Partial<Record<keyof Round, Turn>> = {};
  for (const name of order) if (name !== undefined) round[name] = await turns[name]();
  return round as Round;
}

const TURNS = ['echo', 'small', 'big', 'ordinaryEcho', 'ordinaryBig'] as const;

async function scanTurn(
  server: ServerProcess,
  { loop }: Scanning,
  senders: readonly Sender[],
  ms: number,
): Promise<Turn> {
  const { result, cpu } = await withCost(server, () => closedLoop(senders, loop, ms));
  if (result.failed > 0) throw new Error(`${result.failed} good tickets were not admitted`);
  const { perSecond, answered, latency } = result;
  return { perSecond, answered, p99Ms: latency.quantileMs(0.99), cpu };
}

async function echoTurn(
  echo: Echo,
  { loop }: Scanning,
  senders: readonly Sender[],
  ms: number,
): Promise<Turn> {
  const before = cpuSecondsOf(echo.pid);
  const result = await closedLoop(senders, loop, ms);
  if (result.failed > 0) throw new Error('the reference failed');
  const { perSecond, answered, latency } = result;
  const cpu = { server: cpuSecondsOf(echo.pid) - before, postgres: 0 };
  return { perSecond, answered, p99Ms: latency.quantileMs(0.99), cpu };
}

/** A server that has decided a few thousand scans runs compiled code, as it does all evening. */
async function warmUp(small: ServerProcess, big: Scanning, size: Size): Promise<void> {
  await closedLoop(big.connections.all, big.loop, size.warmUpMs);
  for (let number = 0, spentMs = 0; spentMs < size.warmUpMs; number++) {
    const match = await smallMatch(small, size, `warm-${number}`);
    using scanning = await startScanning(match);
    const startedAt = performance.now();
    await closedLoop(scanning.connections.all, scanning.loop, size.warmUpMs - spentMs);
    spentMs += performance.now() - startedAt;
  }
}

async function smallMatch(server: ServerProcess, size: Size, eventId: string): Promise<Match> {
  const match = await openMatch(server, {
    eventId,
    tickets: size.smallTickets,
    lanes: CONNECTIONS,
  });
  for (const codes of match.codes.values()) codes.splice(0, SPARE_TICKETS / match.codes.size);
  return match;
}

function leanFigure(rounds: readonly Round[]): Figure {
  const ratios = rounds.map(({ small, echo }) => small.perSecond / echo.perSecond);
  const turns = rounds.map(({ small }) => small);
  return {
    id: 'admissions-lean',
    name: 'The same, both asked by a client that costs next to nothing',
    value: median(ratios),
    unit: '',
    target: { atLeast: 0.35 },
    against: `the echo of the same requests in the same ${rounds.length} rounds; median of the ratios`,
    parts: {
      admissionsPerSecond: median(turns.map((turn) => turn.perSecond)),
      echoesPerSecond: median(rounds.map(({ echo }) => echo.perSecond)),
      ratios: ratios.map(rounded),
      p99Ms: median(turns.map((turn) => turn.p99Ms)),
      ...perScan(turns),
      echoMicrosecondsEach: median(
        rounds.map(({ echo }) => (echo.cpu.server * 1e6) / echo.answered),
      ),
    },
    cpu: sumOf(turns),
  };
}

/**
 * The lean client leaves the reference a core of its own, which no gate ever has. A client of the usual
 * cost shares the machine out as a bench from the shelf would; both are told.
 */
function ordinaryFigure(rounds: readonly Round[]): Figure {
  const turns = rounds.map(({ ordinaryBig }) => ordinaryBig);
  const ratios = rounds.map(
    ({ ordinaryBig, ordinaryEcho }) => ordinaryBig.perSecond / ordinaryEcho.perSecond,
  );
  return {
    id: 'admissions',
    name: 'Durable admissions per second over HTTP, 64 connections, to a bare `node:http` JSON echo',
    value: median(ratios),
    unit: '',
    target: { atLeast: 0.35 },
    against: `the echo of the same requests, both by Node’s HTTP client, in the same ${rounds.length} rounds; median of the ratios`,
    parts: {
      admissionsPerSecond: median(turns.map((turn) => turn.perSecond)),
      echoesPerSecond: median(rounds.map(({ ordinaryEcho }) => ordinaryEcho.perSecond)),
      ratios: ratios.map(rounded),
      p99Ms: median(turns.map((turn) => turn.p99Ms)),
      ...perScan(turns),
    },
    cpu: sumOf(turns),
  };
}

function scaleFigure(rounds: readonly Round[], size: Size): Figure {
  const ratios = rounds.map(({ small, big }) => big.perSecond / small.perSecond);
  const turns = rounds.map(({ big }) => big);
  const [many, few] = [size.bigTickets, size.smallTickets].map((n) => n.toLocaleString('en'));
  return {
    id: 'scale',
    name: `Admissions per second with ${many} tickets, to those with ${few}`,
    value: median(ratios),
    unit: '',
    target: { atLeast: 0.9 },
    against: `the small match in the same ${rounds.length} rounds; median of the ratios`,
    parts: {
      admissionsPerSecond: median(turns.map((turn) => turn.perSecond)),
      ratios: ratios.map(rounded),
      p99Ms: median(turns.map((turn) => turn.p99Ms)),
      ...perScan(turns),
    },
    cpu: sumOf(turns),
  };
}

function perScan(turns: readonly Turn[]): Record<string, number> {
  const each = (part: keyof CpuSeconds) =>
    median(turns.map((turn) => (turn.cpu[part] * 1e6) / turn.answered));
  return {
    serverMicrosecondsEach: each('server'),
    postgresMicrosecondsEach: each('postgres'),
  };
}

function sumOf(turns: readonly Turn[]): CpuSeconds {
  return turns.reduce(
    (sum, { cpu }) => ({
      server: sum.server + cpu.server,
      postgres: sum.postgres + cpu.postgres,
    }),
    { server: 0, postgres: 0 },
  );
}
