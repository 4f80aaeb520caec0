// The ground of a rehearsal on one machine: a hub, two boxes, lanes at two stands, and the lines between them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  BOX_OF,
  BOXES,
  type Box,
  NODES,
  type NodeName,
  STANDS,
  standOf,
} from '#drill/catalogue/parties.ts';
import type { Network } from '#drill/network/network.ts';
import { Desk, DeskError } from './desk.ts';
import { LanePost } from './lane-post.ts';
import { NodePost } from './node-post.ts';
import { type Match, type Place, prepareMatch } from './rehearsal-match.ts';

/** The box that stands in the north. */
export const FIRST_TO_DECIDE = 'box-a';
const STAGED_MS_MAX = 60_000;
const LEAVE_MS_MAX = 30_000;
const POLL_MS = 100;
const COMPILED = fileURLToPath(new URL('../../../node_modules/.cache/kaimen', import.meta.url));
const CLOCK_PROGRAM = fileURLToPath(new URL('./shifted-clock.ts', import.meta.url));

export type GroundOptions = {
  readonly dir: string;
  readonly network: Network;
  readonly eventId: string;
  readonly lanes: number;
  readonly tickets: number;
  /** Where a node keeps its data, if not in `dir`. */
  readonly dataDirOf?: (node: NodeName) => string | undefined;
  /** Another build of the server: its `main.ts`. */
  readonly program?: string | undefined;
  /** Who gets a clock that can be set. */
  readonly shifted: ReadonlySet<string>;
};

export class Ground implements AsyncDisposable {
  readonly dir: string;
  readonly network: Network;
  readonly nodes: ReadonlyMap<NodeName, NodePost>;
  readonly lanes: readonly LanePost[];
  readonly desk: Desk;
  readonly match: Match;
  /** Of the second person, where it takes two. */
  readonly secondToken: string;

  private constructor(parts: {
    options: GroundOptions;
    nodes: ReadonlyMap<NodeName, NodePost>;
    desk: Desk;
    match: Match;
    secondToken: string;
  }) {
    const { options, nodes, desk, match, secondToken } = parts;
    this.dir = options.dir;
    this.network = options.network;
    this.nodes = nodes;
    this.desk = desk;
    this.match = match;
    this.secondToken = secondToken;
    this.lanes = match.places.map((place) => lanePost(place, options));
  }

  /** The box in the north decides; everybody is in step, and every lane is open, when this returns. */
  static async open(options: GroundOptions): Promise<Ground> {
    const { network } = options;
    const nodes = new Map(NODES.map((name) => [name, nodePost(name, options)]));
    try {
      const hub = nodes.get('hub') as NodePost;
      await hub.start();
      const desk = new Desk(network.deskUrl('hub'), hub.adminToken);
      const match = await prepareMatch(desk, options);
      await Promise.all(BOXES.map((box) => enrolBox(desk, box, nodes, network)));
      const body = { role: 'control-room', person: 'second-person' };
      const second = await desk.ask<{ token: string }>('/api/v1/tokens', { body });
      const ground = new Ground({ options, nodes, desk, match, secondToken: second.token });
      await ground.moveAuthority(FIRST_TO_DECIDE, 'match day', STAGED_MS_MAX);
      for (const box of BOXES) await ground.untilListed(box);
      await Promise.all(ground.lanes.map((lane) => lane.start()));
      return ground;
    } catch (error) {
      await Promise.all([...nodes.values()].map((node) => node[Symbol.asyncDispose]()));
      throw error;
    }
  }

  /** On a system that runs elsewhere: this machine has the lanes and their lines alone. */
  static async visit(options: GroundOptions, token: string): Promise<Ground> {
    const desk = new Desk(options.network.deskUrl('hub'), token);
    const match = await prepareMatch(desk, options);
    const ground = new Ground({ options, nodes: new Map(), desk, match, secondToken: '' });
    await Promise.all(ground.lanes.map((lane) => lane.start()));
    return ground;
  }

  /** Leaves a system that goes on running: the match is closed, and no lane of it decides any more. */
  async leave(): Promise<void> {
    const { eventId, places } = this.match;
    await this.desk.insist(`/api/v1/events/${eventId}/close`, { method: 'POST' }, LEAVE_MS_MAX);
    for (const { deviceId } of places) {
      const path = `/api/v1/devices/${deviceId}/revoke`;
      await this.desk.insist(path, { method: 'POST' }, LEAVE_MS_MAX);
    }
  }

  /** @throws where the node is not a process of this machine */
  node(name: string): NodePost {
    const node = this.nodes.get(name as NodeName);
    if (node === undefined) throw new Error(`${name} does not run on this machine`);
    return node;
  }

  lane(number: number): LanePost {
    const lane = this.lanes[number - 1];
    if (lane === undefined) throw new Error(`there is no lane ${number}`);
    return lane;
  }

  /** @param shiftS - seconds by which this party’s clock is wrong from now on */
  setClock(party: string, shiftS: number): void {
    writeFileSync(clockFile(this.dir, party), String(shiftS));
  }

  async authority(): Promise<string> {
    return (await this.desk.ask<{ authority: string }>(this.#authorityPath())).authority;
  }

  /** @throws DeskError when it is refused, or is not done in time */
  async moveAuthority(to: string, reason: string, withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    for (;;) {
      try {
        // A box that has just been started is not heard of yet, and nobody names one that is not heard of.
        await this.desk.ask(this.#authorityPath(), { body: { to, reason } });
        break;
      } catch (error) {
        if (!(error instanceof DeskError) || performance.now() > until) throw error;
        await delay(POLL_MS);
      }
    }
    while ((await this.authority().catch(() => '')) !== to) {
      if (performance.now() > until)
        throw new DeskError('authority', null, `${to} has not taken over`);
      await delay(POLL_MS);
    }
  }

  /** Two people give the present one up. */
  async giveUp(to: string, reason: string): Promise<void> {
    const body = { to, reason, isLost: true, secondPerson: this.secondToken };
    await this.desk.insist(this.#authorityPath(), { body }, STAGED_MS_MAX);
  }

  /** Until a box serves the list to lanes. */
  async untilListed(box: Box): Promise<void> {
    const until = performance.now() + STAGED_MS_MAX;
    const token = this.match.places[0]?.token ?? '';
    const at = new Desk(this.network.deskUrl(box), token);
    while (performance.now() < until) {
      const page = await at.ask(`/api/v1/events/${this.match.eventId}/list`).catch(() => null);
      if (page !== null) return;
      await delay(POLL_MS);
    }
    throw new Error(`${box} has no list`);
  }

  #authorityPath(): string {
    return `/api/v1/events/${this.match.eventId}/authority`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.kill()));
    await Promise.all([...this.nodes.values()].map((node) => node[Symbol.asyncDispose]()));
  }
}

function nodePost(name: NodeName, options: GroundOptions): NodePost {
  const { dir, network, program } = options;
  const isHub = name === 'hub';
  return new NodePost({
    name,
    dataDir: options.dataDirOf?.(name) ?? path.join(dir, name),
    port: network.portOf(name),
    options: isHub ? ['--staging'] : ['--role', 'edge', '--hub', network.urlFrom(name, 'hub')],
    runAs: {
      prefix: network.prefix(name),
      env: envOf(name, options),
      ...(program === undefined ? {} : { program }),
    },
  });
}

function lanePost(place: Place, options: GroundOptions): LanePost {
  const { dir, network, lanes } = options;
  const stand = standOf(place.number, lanes);
  const nearest = BOX_OF[stand];
  const farther = STANDS.map((other) => BOX_OF[other]).filter((box) => box !== nearest);
  const asked = [nearest, ...farther, 'hub' as const].filter((node) => network.has(node));
  return new LanePost({
    place,
    stand,
    urls: asked.map((node) => network.urlFrom(stand, node)),
    journal: path.join(dir, `lane-${place.number}.sqlite`),
    prefix: network.prefix(stand),
    env: envOf(`lane-${place.number}`, options),
  });
}

async function enrolBox(
  desk: Desk,
  box: Box,
  nodes: ReadonlyMap<NodeName, NodePost>,
  network: Network,
): Promise<void> {
  const node = nodes.get(box) as NodePost;
  const { dataDir } = node.setting;
  const body = { name: box, address: network.urlFrom('hub', box) };
  const enrolled = await desk.ask<{ token: string }>('/api/v1/edges', { body });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(dataDir, 'edge-token'), `${enrolled.token}\n`, { mode: 0o600 });
  await node.start();
}

function envOf(party: string, { dir, shifted }: GroundOptions): NodeJS.ProcessEnv {
  // A lane that is started again is back sooner; compiling the program takes half of a start.
  const cached = { NODE_COMPILE_CACHE: COMPILED };
  if (!shifted.has(party)) return cached;
  return {
    ...cached,
    KAIMEN_DRILL_CLOCK: clockFile(dir, party),
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${CLOCK_PROGRAM}`.trim(),
  };
}

function clockFile(dir: string, party: string): string {
  return path.join(dir, `clock-${party}`);
}
