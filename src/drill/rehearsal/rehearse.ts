// One rehearsal from the first person to the last book: strikes and mends by the plan, lets the ground get over
// it, ends the lanes, and collects what everybody wrote down.
import { setTimeout as delay } from 'node:timers/promises';
import { isAct } from '#drill/catalogue/faults.ts';
import type { Injection } from '#drill/catalogue/plan.ts';
import type { Seen } from './crowd.ts';
import type { KnownScan } from './desk.ts';
import { diagnose } from './diagnosis.ts';
import { type LaneBook, readLaneBook } from './lane-book.ts';
import type { Arrival } from './people.ts';
import type { Deciding, GivenUp, Promised, Scene } from './scene.ts';
import { Stalls } from './stalls.ts';
import { STRIKES } from './strikes.ts';

export type Struck = {
  readonly injection: Injection;
  readonly struckAtMs: number;
  /** Null while it could not be mended. */
  readonly mendedAtMs: number | null;
  /** Why it could not be done or undone; null when all went as planned. */
  readonly problem: string | null;
  /** Whether it befell the ground at all. */
  readonly isDone: boolean;
};

export type RehearsalRecord = {
  readonly seen: readonly Seen[];
  readonly struck: readonly Struck[];
  readonly promised: readonly Promised[];
  readonly losses: readonly GivenUp[];
  readonly deciding: readonly Deciding[];
  readonly laneBooks: readonly LaneBook[];
  readonly hubScans: readonly KnownScan[];
  /** By serial, how often the hub names a ticket in a conflict. */
  readonly conflicts: ReadonlyMap<number, number>;
  readonly stalls: Stalls;
  /** At which gate a lane stands. */
  readonly gateOf: (lane: number) => string;
  /** From the last mend until every lane had an exact verdict; null when one never had. */
  readonly recoveredMs: number | null;
  /** People who were left without a verdict. */
  readonly leftWaiting: number;
  readonly lastsMs: number;
  /** What stopped the rehearsal before its end. */
  readonly stopped: string | null;
};

export const RECOVERED_MS_MAX = 60_000;
/** The look is over before the first fault begins. */
export const CALM_MARGIN_MS = 50;
const PROBE_EVERY_MS = 400;
const VERDICT_MS_MAX = 30_000;
const BOOKS_MS_MAX = 60_000;
const POLL_MS = 1_000;

export type Rehearsal = {
  readonly scene: Scene;
  readonly arrivals: readonly Arrival[];
  readonly say: (line: string) => void;
  readonly stop: (why: string) => void;
  /** Whether the books are closed with what the hub has by now; asked until it is, for a minute. */
  readonly isWhole: (record: RehearsalRecord) => boolean;
};

export async function rehearse({
  scene,
  arrivals,
  say,
  stop,
  isWhole,
}: Rehearsal): Promise<RehearsalRecord> {
  const { crowd, plan, stopping } = scene;
  const stalls = new Stalls();
  crowd.start(arrivals);
  const struck: Struck[] = [];
  const acting = plan.injections.map(async (injection) => {
    struck.push(await carryOut(scene, injection, say));
  });
  const calm = stopIfTooBusy(scene, stalls, stop);
  await pause(plan.seconds * 1_000, stopping);
  await Promise.all([...acting, calm]);
  const mendedAt = Math.max(0, ...struck.map(({ mendedAtMs }) => mendedAtMs ?? 0));
  say(`${seconds(crowd.nowMs())}  everything is mended; lanes are to be live again`);
  const recoveredAt = stopping.aborted ? null : await untilExact(scene, mendedAt);
  if (recoveredAt === null && !stopping.aborted)
    for (const line of await diagnose(scene)) say(line);
  const leftWaiting = await crowd.finish(stopping.aborted ? 0 : VERDICT_MS_MAX);
  crowd.stop();
  const lastsMs = crowd.nowMs();
  stalls.stop();
  // A lane that is still there holds its journal.
  await Promise.all(
    scene.ground.lanes.map((lane) => (stopping.aborted ? lane.kill() : lane.end())),
  );
  const known = {
    seen: crowd.seen,
    struck: struck.sort((a, b) => a.struckAtMs - b.struckAtMs),
    promised: scene.promised,
    losses: scene.losses,
    deciding: scene.deciding,
    laneBooks: scene.ground.lanes.map((lane) => readLaneBook(lane)),
    stalls,
    gateOf: (lane: number) => scene.ground.lane(lane).setting.place.gate,
    recoveredMs: recoveredAt === null ? null : Math.max(0, recoveredAt - mendedAt),
    leftWaiting,
    lastsMs,
    stopped: stopping.aborted ? String(stopping.reason ?? 'stopped') : null,
  };
  return await withHubBooks(scene, known, isWhole);
}

const CALM_SCANS_MIN = 10;
const CALM_ALONE_SHARE_MAX = 0.2;
/** A machine that lets nobody run for so much of the time cannot tell a slow system from a busy one. */
const CALM_STALLED_SHARE_MAX = 0.05;

/** @returns how many scans lanes had to ask about, and how many of them they decided alone */
export function aloneAmong(seen: readonly Seen[]): {
  readonly asked: number;
  readonly alone: number;
  readonly isTooMany: boolean;
} {
  const rungs = seen
    .filter(({ verdict }) => verdict !== null && verdict.rung !== 'local')
    .map(({ verdict }) => verdict?.rung);
  const alone = rungs.filter((rung) => !isExact(rung)).length;
  const isTooMany = rungs.length >= CALM_SCANS_MIN && alone > rungs.length * CALM_ALONE_SHARE_MAX;
  return { asked: rungs.length, alone, isTooMany };
}

/** What a machine without time does to lanes before anything was broken says nothing about the system. */
async function stopIfTooBusy(
  { plan, crowd, stopping }: Scene,
  stalls: Stalls,
  stop: (why: string) => void,
) {
  const first = plan.injections.find(({ fault }) => !isAct(fault));
  await pause((first?.at ?? 0) * 1_000 - crowd.nowMs() - CALM_MARGIN_MS, stopping);
  const { asked, alone, isTooMany } = aloneAmong(crowd.seen);
  const stalledMs = stalls.within(0, crowd.nowMs());
  if (!isTooMany || stalledMs <= crowd.nowMs() * CALM_STALLED_SHARE_MAX) return;
  stop(
    `nothing was broken yet, and lanes decided ${alone} of ${asked} scans alone: this machine, which stood still for ${Math.round(stalledMs)} ms, is too busy for the rehearsal`,
  );
}

async function carryOut(
  scene: Scene,
  injection: Injection,
  say: (line: string) => void,
): Promise<Struck> {
  const { crowd, stopping } = scene;
  await pause(injection.at * 1_000 - crowd.nowMs(), stopping);
  const struckAtMs = crowd.nowMs();
  const what = `${injection.fault} ${injection.target}`.trim();
  const failed = (problem: string, isDone: boolean): Struck => {
    say(`${seconds(crowd.nowMs())}  ${what}: ${problem}`);
    const mendedAtMs = isDone ? null : crowd.nowMs();
    return { injection, struckAtMs, mendedAtMs, problem, isDone };
  };
  if (stopping.aborted) return failed('stopped before it began', false);
  say(`${seconds(struckAtMs)}  ${what}`);
  let isDone = false;
  try {
    const copied = isAct(injection.fault) ? [] : justLetIn(scene);
    const mend = await STRIKES[injection.fault](scene, injection);
    isDone = true;
    showAgain(scene, copied.slice(0, copied.length / 2));
    await pause(injection.lasts * 1_000 + struckAtMs - crowd.nowMs(), stopping);
    await mend();
    if (injection.lasts > 0) say(`${seconds(crowd.nowMs())}  ${what}: mended`);
    showAgain(scene, copied.slice(copied.length / 2));
    return { injection, struckAtMs, mendedAtMs: crowd.nowMs(), problem: null, isDone };
  } catch (error) {
    return failed((error as Error).message, isDone);
  }
}

const JUST_NOW_MS = 600;
const SHOWN_AGAIN_MAX = 8;

/**
 * Tickets let in exactly in the very last moment before a fault. Their copies come while it lasts and after it:
 * a claim that was answered and not kept would let them in a second time.
 */
function justLetIn({ crowd }: Scene): number[] {
  const since = crowd.nowMs() - JUST_NOW_MS;
  const recent = crowd.seen.slice(-100).filter(({ person, atMs, verdict }) => {
    return person.as === 'holder' && verdict?.verdict === 'admitted' && atMs >= since;
  });
  return recent.slice(-SHOWN_AGAIN_MAX).map(({ person }) => person.ticket);
}

function showAgain(scene: Scene, tickets: readonly number[]): void {
  for (const ticket of tickets) scene.crowd.come({ ticket, as: 'copy', lane: scene.anyLane() });
}

/** @returns when the last of the lanes had an exact verdict again; null when one had none in time */
async function untilExact(scene: Scene, mendedAt: number): Promise<number | null> {
  const { crowd, ground } = scene;
  const exactAt = (lane: number) =>
    crowd.seen.find(
      (seen) => seen.lane === lane && seen.atMs >= mendedAt && isExact(seen.verdict?.rung),
    );
  for (const until = crowd.nowMs() + RECOVERED_MS_MAX; crowd.nowMs() < until; ) {
    const firsts = ground.lanes.map(({ number }) => exactAt(number));
    if (firsts.every((first) => first !== undefined)) {
      return Math.max(
        mendedAt,
        ...firsts.map((first) => (first?.atMs ?? 0) + (first?.tookMs ?? 0)),
      );
    }
    for (const lane of ground.lanes) {
      if (exactAt(lane.number) !== undefined || !lane.isFree) continue;
      const [ticket = 0] = scene.spareTickets(1);
      crowd.come({ ticket, as: 'probe', lane: lane.number });
    }
    await pause(PROBE_EVERY_MS, scene.stopping);
    if (scene.stopping.aborted) return null;
  }
  return null;
}

function isExact(rung: string | undefined): boolean {
  return rung === 'edge' || rung === 'hub';
}

/** Boxes carry up what they took in; that takes a moment after the last lane has ended. */
async function withHubBooks(
  scene: Scene,
  known: Omit<RehearsalRecord, 'hubScans' | 'conflicts'>,
  isWhole: (record: RehearsalRecord) => boolean,
): Promise<RehearsalRecord> {
  const { desk, match } = scene.ground;
  let record: RehearsalRecord = { ...known, hubScans: [], conflicts: new Map() };
  for (const until = performance.now() + BOOKS_MS_MAX; performance.now() < until; ) {
    if (scene.stopping.aborted) break;
    try {
      const hubScans = await desk.scans(match.eventId);
      const conflicts = new Map<number, number>();
      for (const { ticketRef } of await desk.conflicts(match.eventId)) {
        const serial = Number(ticketRef?.slice(ticketRef.lastIndexOf('-') + 1) ?? 0);
        conflicts.set(serial, (conflicts.get(serial) ?? 0) + 1);
      }
      record = { ...known, hubScans, conflicts };
      if (isWhole(record)) break;
    } catch {
      // The hub may still be on its way up.
    }
    await pause(POLL_MS, scene.stopping);
  }
  return record;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}

/** Ends early when the rehearsal is stopped. */
async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, null, { signal: stopping }).catch(() => {});
}
