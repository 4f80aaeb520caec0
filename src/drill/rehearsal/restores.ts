// Machines that come back with less than they had: a box from an older copy, the hub from its last backup.
import { cpSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BOXES } from '#drill/catalogue/parties.ts';
import type { Injection } from '#drill/catalogue/plan.ts';
import { runServerProgram } from '#drill/server-process.ts';
import { redoActs } from './acts.ts';
import type { Scene } from './scene.ts';

const HEARD_OUT_MS_MAX = 60_000;
const FOLLOWED_MS_MAX = 30_000;
const POLL_MS = 250;

export const BACKUP_FILE = 'hub.backup';

/** Its data as they are now are kept; at the end it dies and gets them back. */
export async function restoreBox(
  scene: Scene,
  { target }: Injection,
): Promise<() => Promise<void>> {
  const { ground } = scene;
  const box = ground.node(target);
  const { dataDir } = box.setting;
  const copy = path.join(ground.dir, `${target}-copy`);
  await box.loseMachine();
  cpSync(path.join(dataDir, 'postgres'), copy, { recursive: true, preserveTimestamps: true });
  await box.start();
  return async () => {
    await box.loseMachine();
    // What was decided in the last moments may not have left the box yet.
    scene.givenUp(target);
    rmSync(path.join(dataDir, 'postgres'), { recursive: true, force: true });
    cpSync(copy, path.join(dataDir, 'postgres'), { recursive: true, preserveTimestamps: true });
    rmSync(copy, { recursive: true, force: true });
    box.forgetProcesses();
    await box.start();
    const authority = await ground.desk.insist<{ authority: string }>(
      `/api/v1/events/${ground.match.eventId}/authority`,
      {},
      FOLLOWED_MS_MAX,
    );
    // As the runbook says of a box that was restored: give it up, then it learns everything again.
    const other = BOXES.find((name) => name !== target) ?? 'hub';
    if (authority.authority !== target) return;
    await ground.giveUp(other, 'restored from an older copy');
    scene.decides(other);
  };
}

/** Machine and data are gone; what is left is the backup, and the master key that is kept apart. */
export async function loseHub(scene: Scene): Promise<() => Promise<void>> {
  const { ground } = scene;
  const hub = ground.node('hub');
  const { dataDir, runAs } = hub.setting;
  const gone = path.join(ground.dir, 'hub-gone');
  await hub.loseMachine();
  if ((await lastAuthority(scene)) === 'hub') scene.givenUp('hub');
  rmSync(gone, { recursive: true, force: true });
  renameSync(dataDir, gone);
  return async () => {
    const backup = path.join(ground.dir, BACKUP_FILE);
    const key = path.join(gone, 'master-key');
    const args = ['restore', backup, '--data', dataDir, '--master-key', key];
    const { code, err } = await runServerProgram(args, runAs);
    if (code !== 0) throw new Error(`the backup could not be restored: ${err}`);
    await hub.start();
    await reconcile(scene);
    await redoActs(scene);
  };
}

async function lastAuthority({ ground }: Scene): Promise<string> {
  for (const box of BOXES) {
    const answer = await fetch(`${ground.network.deskUrl(box)}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    }).catch(() => null);
    const health = (await answer?.json().catch(() => null)) as { decides?: string[] } | null;
    if (health?.decides?.includes(ground.match.eventId)) return box;
  }
  return 'hub';
}

/** Every lane is heard out; then the hub serves again. */
async function reconcile({ ground }: Scene): Promise<void> {
  const { desk } = ground;
  let why: unknown = null;
  for (const until = performance.now() + HEARD_OUT_MS_MAX; performance.now() < until; ) {
    try {
      const body = { reason: 'restored from the backup' };
      await desk.ask('/api/v1/store/reconcile', { body });
      return;
    } catch (error) {
      why = error;
      await delay(POLL_MS);
    }
  }
  throw new Error(`the hub could not be reconciled: ${String(why)}`);
}
