// Watches the gates that try a release, and moves them back when it is worse: announced to the lanes, in the audit,
// one alarm for the control room.
import type { Pool } from 'pg';
import { type CanaryJudgement, judgeCanary } from '#domain/release/canary.ts';
import { raiseAlarm } from '#server/access/alarms.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findGateReleases, lockGateRelease, orderRelease } from './gate-releases.ts';
import { canarySlices } from './tally.ts';

const LOOK_EVERY_MS = 2_000;

type Trial = { readonly event: number; readonly eventId: string; readonly release: string };

/** @returns how to stop */
export function watchCanaries(context: ServerContext): () => void {
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      for (const trial of await trialsOf(context.pool)) await judgeTrial(context, trial);
    } catch (error) {
      context.log.warn({ err: error }, 'canaries: not looked at');
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

async function trialsOf(pool: Pool): Promise<readonly Trial[]> {
  const { rows } = await pool.query<Trial>(
    `SELECT DISTINCT g.event, e.id AS "eventId", g.release
     FROM gate_releases g JOIN events e ON e.number = g.event
     WHERE g.is_canary AND g.previous IS NOT NULL AND e.status = 'open'`,
  );
  return rows;
}

export async function judgementOf(
  pool: Pool,
  event: number,
  release: string,
): Promise<CanaryJudgement> {
  return judgeCanary(await canarySlices(pool, event, release));
}

async function judgeTrial(context: ServerContext, trial: Trial): Promise<void> {
  const { worse, scans, evidence } = await judgementOf(context.pool, trial.event, trial.release);
  if (worse === null) return;
  const detail = { release: trial.release, worse, scans, evidence: evidence[worse] };
  const gates = (await findGateReleases(context.pool, trial.event)).filter(
    ({ is_canary, release }) => is_canary && release === trial.release,
  );
  const moved = await context.acts.do<string[]>(null, async (client) => {
    const now = context.now();
    const back: string[] = [];
    for (const { gate } of gates) {
      const row = await lockGateRelease(client, trial.event, gate);
      // Somebody, or another node, was faster.
      if (row === null || !row.is_canary || row.release !== trial.release) continue;
      if (row.previous === null) continue;
      const reason = `taken back by itself: ${worse}`;
      const order = { gate, release: row.previous, isCanary: false, by: 'kaimen', reason };
      await orderRelease(client, trial.event, order, now);
      back.push(gate);
    }
    const [first] = back;
    if (first === undefined) return { result: back, act: null };
    const place = { id: `gate/${first}`, eventNumber: trial.event, gate: first, lane: null };
    const alarm = { kind: 'canary-rolled-back', detail: { ...detail, gates: back } } as const;
    await raiseAlarm(client, place, alarm, now);
    const act = { act: 'release.rolled-back', subject: trial.eventId, detail: alarm.detail };
    return { result: back, act };
  });
  if (moved.length === 0) return;
  context.log.error({ ...detail, gates: moved }, 'a release on trial was worse and is taken back');
  context.bus.emit('notices', trial.event);
}
