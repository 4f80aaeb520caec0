/**
 * `kill -9` in the middle of the rush: of the server, of its PostgreSQL, of both, at a random moment, round
 * after round. The drill starts a killed server again, as any supervisor of services would. Held to account:
 * what a lane was told stays true, no ticket enters twice, and the gates go on within seconds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DrillClient } from '#drill/drill-client.ts';
import { ServerProcess } from '#drill/server-process.ts';
import { entryScan, type SmallMatch, setUpMatch } from '#drill/small-match.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { Ledger, type Presented, randomFrom } from './ledger.ts';

const VICTIMS = ['server', 'postgres', 'both'] as const;
export type Victim = (typeof VICTIMS)[number];

export type KillRound = {
  readonly victim: Victim;
  /** From the kill to `/readyz` 200 on a new PostgreSQL. */
  readonly readyMs: number;
  /** From the kill to the first scan answered on it. */
  readonly scanMs: number;
  /** Scans answered in this round. */
  readonly answered: number;
};

export type KillReport = {
  readonly seed: number;
  readonly rounds: readonly KillRound[];
  readonly acknowledged: number;
  readonly admitted: number;
  /** Empty, or the drill has failed. */
  readonly wrongs: readonly string[];
};

export type KillOptions = {
  readonly dataDir: string;
  /** Who is killed, round by round. */
  readonly victims: readonly Victim[];
  readonly seed: number;
  readonly senders: number;
  readonly onRound?: (round: KillRound, number: number) => void;
};

const TICKETS_PER_ROUND = 3_000;
const LANES = 16;
const CALM_MS = [150, 700] as const;
const AFTERWARDS_MS = 250;
/** As lanes do: the more often they ask, the later a small machine is back. */
const RETRY_MS = 100;
const POLL_MS = 20;
const RECOVERY_MS_MAX = 30_000;
const CHECKED_MAX = 2_000;

export function randomVictims(rounds: number, seed: number): Victim[] {
  const random = randomFrom(seed);
  return Array.from(
    { length: rounds },
    () => VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'both',
  );
}

export async function runKillDrill(options: KillOptions): Promise<KillReport> {
  const random = randomFrom(options.seed);
  const drill: Drill = {
    server: await ServerProcess.start(options.dataDir),
    match: { eventId: '', codes: [], lanes: [] },
    ledger: new Ledger(0, [], random),
    answeredAt: [],
  };
  try {
    const size = { tickets: options.victims.length * TICKETS_PER_ROUND, lanes: LANES };
    using admin = await DrillClient.open(drill.server.url, 4, drill.server.adminToken);
    drill.match = await setUpMatch(admin, drill.server.adminToken, size);
    drill.ledger = new Ledger(size.tickets, drill.match.lanes, random);
    const rounds: KillRound[] = [];
    for (const [index, victim] of options.victims.entries()) {
      const calmMs = CALM_MS[0] + random() * (CALM_MS[1] - CALM_MS[0]);
      const round = await runRound(drill, victim, calmMs, options.senders);
      rounds.push(round);
      options.onRound?.(round, index + 1);
    }
    await checkNoneTwice(drill);
    const { ledger } = drill;
    return {
      seed: options.seed,
      rounds,
      acknowledged: ledger.acknowledged().length,
      admitted: ledger.admittedTickets().length,
      wrongs: ledger.wrongs,
    };
  } finally {
    await drill.server[Symbol.asyncDispose]();
  }
}

type Drill = {
  server: ServerProcess;
  match: SmallMatch;
  ledger: Ledger;
  /** When scans were answered in the round under way. */
  answeredAt: number[];
};

async function runRound(
  drill: Drill,
  victim: Victim,
  calmMs: number,
  senders: number,
): Promise<KillRound> {
  const { ledger } = drill;
  const before = ledger.acknowledged().length;
  drill.answeredAt = [];
  const over = new AbortController();
  const { url } = drill.server;
  const sending = Array.from({ length: senders }, () => sendUntil(drill, url, over.signal));
  await delay(calmMs);
  const postmaster = drill.server.postmaster;
  const killedAt = performance.now();
  const dead = kill(drill.server, victim);
  const [readyAt] = await Promise.all([
    waitUntilReady(drill.server, postmaster),
    dead.then(async () => {
      const { dataDir, port, isRunning } = drill.server;
      if (!isRunning) drill.server = await ServerProcess.start(dataDir, port);
    }),
  ]);
  await delay(AFTERWARDS_MS);
  over.abort();
  await Promise.all(sending);
  await checkAnswers(drill, ledger.acknowledged().slice(before));
  const scannedAt = drill.answeredAt.find((at) => at > readyAt.newPostgresAt) ?? Number.NaN;
  return {
    victim,
    readyMs: Math.round(readyAt.readyAt - killedAt),
    scanMs: Math.round(scannedAt - killedAt),
    answered: drill.answeredAt.length,
  };
}

async function kill(server: ServerProcess, victim: Victim): Promise<void> {
  const { postmaster } = server;
  if (victim !== 'server' && postmaster !== null) process.kill(postmaster, 'SIGKILL');
  if (victim !== 'postgres') await server.kill();
}

/** Every victim means a new PostgreSQL: until it is there, an answer is one of the dying. */
async function waitUntilReady(server: ServerProcess, before: number | null) {
  const deadline = performance.now() + RECOVERY_MS_MAX;
  let newPostgresAt = 0;
  while (performance.now() < deadline) {
    const { postmaster } = server;
    if (postmaster !== null && postmaster !== before) {
      newPostgresAt ||= performance.now();
      const answer = await fetch(`${server.url}/readyz`, {
        signal: AbortSignal.timeout(1_000),
      }).catch(() => null);
      await answer?.arrayBuffer().catch(() => {});
      if (answer?.status === 200) return { newPostgresAt, readyAt: performance.now() };
    }
    await delay(POLL_MS);
  }
  throw new Error(`not ready ${RECOVERY_MS_MAX / 1000} s after the kill:\n${server.said()}`);
}

/** Presents tickets, each until it is answered, as a lane does that waits for the server. */
async function sendUntil(drill: Drill, url: string, over: AbortSignal): Promise<void> {
  using client = await DrillClient.open(url, 1);
  while (!over.aborted) {
    const scan = drill.ledger.next();
    if (scan === null) return;
    const answer = await answerOf(drill, client, scan);
    drill.answeredAt.push(performance.now());
    drill.ledger.note(scan, answer);
  }
}

async function answerOf(drill: Drill, client: DrillClient, scan: Presented): Promise<ScanAnswer> {
  const body = entryScan(scan.scanId, drill.match.codes[scan.ticket] ?? '');
  for (;;) {
    const answered = await client.trySend(scan.lane, body);
    if (answered?.status === 200) return answered.body as ScanAnswer;
    if (answered !== null && answered.status !== 503) {
      drill.ledger.wrongs.push(
        `${scan.scanId} was answered ${answered.status} ${JSON.stringify(answered.body)}`,
      );
    }
    await delay(RETRY_MS);
  }
}

/** Whatever a lane was told, it is told again. */
async function checkAnswers(drill: Drill, scans: readonly Presented[]): Promise<void> {
  using client = await DrillClient.open(drill.server.url, LANES);
  await eachOf(scans, async (scan) => drill.ledger.note(scan, await answerOf(drill, client, scan)));
}

/** A ticket that was admitted is refused under any new scan. */
async function checkNoneTwice(drill: Drill): Promise<void> {
  const { ledger, match } = drill;
  using client = await DrillClient.open(drill.server.url, LANES);
  const [lane] = match.lanes;
  if (lane === undefined) return;
  const tickets = ledger.admittedTickets();
  const step = Math.ceil(tickets.length / CHECKED_MAX);
  const checked = tickets.filter((_, index) => index % step === 0);
  await eachOf(checked, async (ticket) => {
    const scan = { scanId: `check-${ticket}`, ticket, lane };
    ledger.note(scan, await answerOf(drill, client, scan));
  });
}

async function eachOf<T>(all: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const workers = Array.from({ length: LANES }, async () => {
    for (let each = left.pop(); each !== undefined; each = left.pop()) await work(each);
  });
  await Promise.all(workers);
}
