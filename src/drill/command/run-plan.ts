// Rehearses a plan, on a ground that it makes on this machine or on a system elsewhere, and leaves nothing behind.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BOXES } from '#drill/catalogue/parties.ts';
import type { Plan } from '#drill/catalogue/plan.ts';
import { isWhole } from '#drill/judge/judge.ts';
import { mayMakeNamespaces } from '#drill/network/kernel-links.ts';
import { Namespaces } from '#drill/network/namespaces.ts';
import type { Network } from '#drill/network/network.ts';
import { Outside } from '#drill/network/outside.ts';
import { Wires } from '#drill/network/wires.ts';
import { Crowd } from '#drill/rehearsal/crowd.ts';
import { Desk } from '#drill/rehearsal/desk.ts';
import { Ground, type GroundOptions } from '#drill/rehearsal/ground.ts';
import { arrivalsOf, peopleOf } from '#drill/rehearsal/people.ts';
import { type RehearsalRecord, rehearse } from '#drill/rehearsal/rehearse.ts';
import { BACKUP_FILE } from '#drill/rehearsal/restores.ts';
import { Scene } from '#drill/rehearsal/scene.ts';
import { mountDisk, type SmallDisk } from '#drill/rehearsal/small-disk.ts';
import { refuseLiveSystem, watchLock } from './elsewhere.ts';
import type { Options } from './options.ts';

/** Tickets for people who come beyond the plan: clones, blocks, probes. */
const SPARE_TICKETS = 600;

export type Run = Pick<
  Options,
  'plan' | 'shape' | 'network' | 'program' | 'url' | 'boxes' | 'ca' | 'token'
> & {
  readonly stopping: AbortController;
  readonly say: (line: string) => void;
};

export type Rehearsed = { readonly record: RehearsalRecord; readonly network: string };

export async function runPlan(run: Run): Promise<Rehearsed> {
  const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-rehearsal-'));
  // PostgreSQL, which never runs as root, must reach its files in here.
  chmodSync(dir, 0o755);
  const remove = () => rmSync(dir, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return run.url === null ? await runHere(run, dir) : await runElsewhere(run, run.url, dir);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

async function runHere(run: Run, dir: string): Promise<Rehearsed> {
  const disks = mountDisks(run.plan, dir);
  try {
    await using network = await layNetwork(run.network);
    await using ground = await Ground.open({
      ...groundOptions(run, dir, network, 'rehearsal'),
      dataDirOf: (node) => disks.get(node) && path.join(dir, 'disks', node, 'data'),
    });
    await ground.desk.backup(path.join(dir, BACKUP_FILE));
    return { record: await onGround(run, ground, disks), network: network.kind };
  } finally {
    for (const disk of disks.values()) disk[Symbol.dispose]();
  }
}

async function runElsewhere(run: Run, url: string, dir: string): Promise<Rehearsed> {
  const { boxes, ca, token, stopping } = run;
  await using network = await Outside.lay({ hub: url, boxes, ca });
  const desk = new Desk(network.deskUrl('hub'), token);
  await refuseLiveSystem(desk, url, null);
  const eventId = `rehearsal-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`;
  const over = new AbortController();
  const watching = watchLock(desk, url, eventId, (why) => stopping.abort(why), over.signal);
  await using ground = await Ground.visit(groundOptions(run, dir, network, eventId), token);
  try {
    return { record: await onGround(run, ground, new Map()), network: network.kind };
  } finally {
    over.abort();
    await watching;
    await ground.leave();
  }
}

function groundOptions(run: Run, dir: string, network: Network, eventId: string): GroundOptions {
  const { plan, program } = run;
  const jumps = plan.injections.filter(({ fault }) => fault === 'clock-jumped');
  return {
    dir,
    network,
    eventId,
    lanes: plan.lanes,
    tickets: peopleOf(plan) + SPARE_TICKETS,
    program,
    shifted: new Set(jumps.map(({ target }) => target)),
  };
}

async function onGround(
  { plan, shape, say, stopping }: Run,
  ground: Ground,
  disks: ReadonlyMap<string, SmallDisk>,
): Promise<RehearsalRecord> {
  const people = peopleOf(plan);
  const { codes } = ground.match;
  const crowd = new Crowd(ground.lanes, (ticket) => codes.get(ticket) ?? '');
  const spare = { spareFrom: people + 1, spareCount: SPARE_TICKETS };
  const scene = new Scene({ plan, ground, crowd, disks, ...spare, stopping: stopping.signal });
  say(`the ground is ready: ${plan.lanes} lanes, ${people} people in ${plan.seconds} s`);
  const stop = (why: string) => stopping.abort(why);
  return await rehearse({ scene, arrivals: arrivalsOf(plan, shape), say, stop, isWhole });
}

function layNetwork(wanted: Options['network']): Promise<Network> {
  const isNamespaced = wanted === 'namespaces' || (wanted === 'auto' && mayMakeNamespaces());
  return isNamespaced ? Namespaces.lay() : Wires.lay();
}

function mountDisks(plan: Plan, dir: string): Map<string, SmallDisk> {
  const disks = new Map<string, SmallDisk>();
  for (const box of BOXES) {
    const isWanted = plan.injections.some((it) => it.fault === 'disk-full' && it.target === box);
    const disk = isWanted ? mountDisk(path.join(dir, 'disks', box)) : null;
    if (disk !== null) disks.set(box, disk);
  }
  return disks;
}
