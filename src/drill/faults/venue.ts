import path from 'node:path';
import { DrillClient } from '#drill/drill-client.ts';
import { startAgain, startBox } from '#drill/ground-edge.ts';
import { freePort } from '#drill/network/free-port.ts';
import { ServerProcess } from '#drill/server-process.ts';
import { type SmallMatch, setUpMatch } from '#drill/small-match.ts';
import type { ReadinessView } from '#protocol/lane-status.ts';
import { Wire } from './wire.ts';

export const BOXES = ['box-a', 'box-b'] as const;
export type Box = (typeof BOXES)[number];

const POLL_MS = 250;
const SYNCED_MS_MAX = 60_000;

type Node = { server: ServerProcess; readonly again: () => Promise<ServerProcess> };

export class Venue implements AsyncDisposable {
  readonly match: SmallMatch;
  /** From the ground to the hub: boxes and lanes both need it. */
  readonly upward: Wire;
  /** From lanes to each box. */
  readonly local: Readonly<Record<Box, Wire>>;
  /** From lanes to the hub, by the same way out of the ground. */
  readonly direct: Wire;
  readonly #nodes: Map<string, Node>;

  private constructor(
    match: SmallMatch,
    wires: { upward: Wire; direct: Wire; local: Record<Box, Wire> },
    nodes: Map<string, Node>,
  ) {
    this.match = match;
    this.upward = wires.upward;
    this.direct = wires.direct;
    this.local = wires.local;
    this.#nodes = nodes;
  }

  /** The first box decides; everything is in step when this returns. */
  static async open(dir: string, size: { tickets: number; lanes: number }): Promise<Venue> {
    const hub = await ServerProcess.start(path.join(dir, 'hub'));
    const nodes = new Map<string, Node>([
      ['hub', { server: hub, again: () => ServerProcess.start(hub.dataDir, hub.port) }],
    ]);
    using admin = await DrillClient.open(hub.url, 4, hub.adminToken);
    const match = await setUpMatch(admin, hub.adminToken, { ...size, gates: 4 });
    const upward = await Wire.lay(hub.url);
    const direct = await Wire.lay(hub.url);
    const local = {} as Record<Box, Wire>;
    for (const box of BOXES) {
      const port = await freePort();
      const server = await startBox(
        { url: upward.url, client: admin, token: hub.adminToken },
        { name: box, dataDir: path.join(dir, box), port },
      );
      const { dataDir } = server;
      nodes.set(box, { server, again: () => startAgain(upward.url, dataDir, port) });
      local[box] = await Wire.lay(server.url);
    }
    const venue = new Venue(match, { upward, direct, local }, nodes);
    await venue.#inStep(admin);
    return venue;
  }

  get hub(): ServerProcess {
    return this.#node('hub').server;
  }

  /** Where a lane asks, in its order. */
  get addresses(): string[] {
    return [...BOXES.map((box) => this.local[box].url), this.direct.url];
  }

  get lanesWires(): Wire[] {
    return [...BOXES.map((box) => this.local[box]), this.direct];
  }

  /** Until every lane has told the hub that its list is whole; lanes tell every ten seconds. */
  async untilListed(): Promise<void> {
    using admin = await DrillClient.open(this.hub.url, 1, this.hub.adminToken);
    const path = `/api/v1/events/${this.match.eventId}/readiness`;
    const deadline = performance.now() + SYNCED_MS_MAX;
    for (;;) {
      const view = await admin.ask<ReadinessView>({ method: 'GET', path });
      const devices = view.lanes.flatMap((lane) => lane.devices);
      const listed = devices.filter(({ status }) => status?.list.isComplete === true).length;
      if (listed >= this.match.lanes.length) return;
      if (performance.now() > deadline) throw new Error(`only ${listed} lanes have their list`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** What each node says of itself: for whoever has to find out why it does not come back. */
  async tells(): Promise<string[]> {
    const asked = [...this.#nodes].map(async ([name, { server }]) => {
      const pages = ['healthz', 'readyz'].map(async (page) => {
        const signal = AbortSignal.timeout(2_000);
        return await fetch(`${server.url}/${page}`, { signal }).then(
          (response) => response.text(),
          (error: Error) => error.message,
        );
      });
      return `${name}: ${(await Promise.all(pages)).join(' ')}`;
    });
    return await Promise.all(asked);
  }

  async kill(name: string): Promise<void> {
    await this.#node(name).server.kill();
  }

  /** On the port and the data that it had. */
  async start(name: string): Promise<void> {
    const node = this.#node(name);
    node.server = await node.again();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wire of [this.upward, ...this.lanesWires]) await wire[Symbol.asyncDispose]();
    for (const { server } of this.#nodes.values()) await server[Symbol.asyncDispose]();
  }

  async #inStep(admin: DrillClient): Promise<void> {
    const { eventId } = this.match;
    const token = this.hub.adminToken;
    const path = `/api/v1/events/${eventId}/authority`;
    const body = { to: BOXES[0], reason: 'the drill' };
    const deadline = performance.now() + SYNCED_MS_MAX;
    // A box that has just been started is not heard of yet, and nobody names one that is not heard of.
    while ((await admin.tryAsk({ path, token, body }))?.status !== 200) {
      if (performance.now() > deadline) throw new Error(`${BOXES[0]} cannot be named`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    for (;;) {
      const { authority } = await admin.ask<{ authority: string }>({ method: 'GET', path, token });
      if (authority === BOXES[0]) return;
      if (performance.now() > deadline) throw new Error(`${BOXES[0]} has not taken over`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }
}
