// How each fault of the catalogue is done to a ground on this machine, and how it is undone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultName } from '#drill/catalogue/faults.ts';
import { BOX_OF, laneNumber, linksOf, type Stand } from '#drill/catalogue/parties.ts';
import type { Injection } from '#drill/catalogue/plan.ts';
import type { LineState } from '#drill/network/line.ts';
import { blockTickets, cloneCodes, forgeCodes, holdGate, reissueTickets } from './acts.ts';
import type { Ground } from './ground.ts';
import { loseHub, restoreBox } from './restores.ts';
import type { Scene } from './scene.ts';

export type Mend = () => Promise<void>;
type Strike = (scene: Scene, injection: Injection) => Promise<Mend>;

const FLAP_MS = 3_000;
const TAKE_OVER_MS_MAX = 10_000;
const COMMAND_MS_MAX = 60_000;
const over: Mend = async () => {};

export const STRIKES: Readonly<Record<FaultName, Strike>> = {
  'process-killed': async ({ ground }, { target }) => {
    await killParty(ground, target);
    return () => startParty(ground, target);
  },
  'process-frozen': async ({ ground }, { target }) => {
    const node = ground.node(target);
    node.freeze();
    return async () => node.thaw();
  },
  'database-killed': async ({ ground }, { target }) => {
    if (!ground.node(target).killDatabase()) throw new Error(`${target} has no database running`);
    return over;
  },
  'link-cut': (scene, injection) => onLines(scene, injection, { kind: 'cut' }),
  'link-refused': (scene, injection) => onLines(scene, injection, { kind: 'refused' }),
  'link-slow': (scene, injection) =>
    onLines(scene, injection, { kind: 'slow', ms: injection.amount ?? 1_000 }),
  'captive-portal': (scene, injection) => onLines(scene, injection, { kind: 'portal' }),
  'link-flapping': async (scene, injection) => {
    let mend: Mend | null = await onLines(scene, injection, { kind: 'cut' });
    const timer = setInterval(() => {
      const was = mend;
      mend = null;
      if (was !== null) void was();
      else void onLines(scene, injection, { kind: 'cut' }).then((next) => (mend = next));
    }, FLAP_MS);
    return async () => {
      clearInterval(timer);
      await mend?.();
    };
  },
  'authority-moved': async (scene, { target }) => {
    await scene.ground.moveAuthority(target, 'the rehearsal', TAKE_OVER_MS_MAX);
    scene.decides(target);
    return over;
  },
  'authority-lost': async (scene, { target }) => {
    const { ground } = scene;
    const lost = await ground.authority();
    if (lost === target) throw new Error(`${target} decides already: nobody is given up`);
    // It is the hub that has to be told: while it decides, it is there, and hands over.
    if (lost === 'hub') throw new Error('the hub decides: it is not given up');
    await ground.node(lost).loseMachine();
    scene.givenUp(lost);
    await ground.giveUp(target, 'the machine is lost');
    scene.decides(target);
    return () => ground.node(lost).start();
  },
  'disk-full': async ({ disks }, { target }) => {
    const disk = disks.get(target);
    if (disk === undefined) throw new Error('needs root, to give the node a small disk of its own');
    await disk.fill(0);
    return async () => disk.free();
  },
  'clock-jumped': async ({ ground }, { target, amount }) => {
    ground.setClock(target, amount ?? 600);
    return async () => ground.setClock(target, 0);
  },
  'list-garbled': async (scene, injection) => {
    const target = `${injection.target}:*`;
    const mend = await onLines(scene, { ...injection, target }, { kind: 'garbled' });
    // There must be something to fetch.
    await scene.sellLate();
    return mend;
  },
  'list-damaged': async ({ ground, damageList }, { target }) => {
    const lane = ground.lane(laneNumber(target) ?? 0);
    await lane.kill();
    damageList(lane);
    return () => lane.start();
  },
  'box-restored': restoreBox,
  'stand-dark': async ({ ground }, { target }) => {
    const box = ground.node(BOX_OF[target as Stand]);
    const lanes = ground.lanes.filter((lane) => lane.setting.stand === target);
    await Promise.all([box.loseMachine(), ...lanes.map((lane) => lane.kill())]);
    return async () => {
      await Promise.all([box.start(), ...lanes.map((lane) => lane.start())]);
    };
  },
  'hub-lost': loseHub,
  'codes-cloned': cloneCodes,
  'codes-forged': forgeCodes,
  'tickets-blocked': blockTickets,
  'tickets-reissued': reissueTickets,
  'gate-held': holdGate,
  command: async (_, { strike = [], mend = [] }) => {
    await runCommand(strike);
    return async () => {
      if (mend.length > 0) await runCommand(mend);
    };
  },
};

async function onLines({ ground }: Scene, injection: Injection, state: LineState): Promise<Mend> {
  const name = `${injection.fault} ${injection.at}`;
  const links = linksOf(injection.target);
  for (const link of links) ground.network.befall(link, name, state);
  return async () => {
    for (const link of links) ground.network.mend(link, name);
  };
}

async function killParty(ground: Ground, target: string): Promise<void> {
  const number = laneNumber(target);
  await (number === null ? ground.node(target) : ground.lane(number)).kill();
}

async function startParty(ground: Ground, target: string): Promise<void> {
  const number = laneNumber(target);
  await (number === null ? ground.node(target) : ground.lane(number)).start();
}

/** @throws when it does not end with 0 in time */
async function runCommand([program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const tooLong = delay(COMMAND_MS_MAX, null, { ref: false });
  const code = await Promise.race([ended.then(([exit]) => exit), tooLong]);
  if (code !== 0) {
    child.kill('SIGKILL');
    throw new Error(`${program} ended with ${code ?? 'nothing within a minute'}`);
  }
}
