// A ground whose nodes share a cell of three members: real etcd, each node with a PostgreSQL of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuthorityView } from '#protocol/edge.ts';
import { DERBY, Ground, type GroundLane } from '#testing/ground.ts';
import type { HttpNode } from '#testing/http-node.ts';
import { EtcdCluster } from './etcd-cluster.ts';

const TRIES_MAX = 20;

export class CelledGround implements AsyncDisposable {
  readonly cluster: EtcdCluster;
  readonly ground: Ground;
  readonly #dir: string;

  private constructor(cluster: EtcdCluster, ground: Ground, dir: string) {
    this.cluster = cluster;
    this.ground = ground;
    this.#dir = dir;
  }

  /** Members a, b and c, of which b stands at the ground. */
  static async open(tickets: number): Promise<CelledGround> {
    const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-cell-'));
    const places = ['a', 'b', 'c'].map((name) => ({ name, host: '127.0.0.1' }));
    const cluster = await EtcdCluster.start(places);
    const cellFile = path.join(dir, 'cell.json');
    writeFileSync(cellFile, JSON.stringify({ endpoints: cluster.endpoints, venue: ['b'] }));
    return new CelledGround(cluster, await Ground.open(tickets, cellFile), dir);
  }

  /** Has another decide the match. */
  async decideAt(to: string): Promise<AuthorityView> {
    const body = { to, reason: 'match day' };
    return await patiently(() => this.ground.hub.ask(`${DERBY}/authority`, { body }));
  }

  /** Has the hub write everything into the cell, and the cell decide. */
  async decideInCell(): Promise<AuthorityView> {
    await patiently(() => this.ground.hub.ask(`${DERBY}/cell`, { body: { act: 'keep' } }));
    return await this.decideAt('cell');
  }

  /** What a lane hears of a ticket, as one word: the reason, else the verdict; the status if it hears none. */
  async word(node: HttpNode, lane: GroundLane, serial: number): Promise<string> {
    const { status, body } = await this.ground.tryScan(node, lane, serial);
    return status === 200 ? String(body.reason ?? body.verdict) : String(status);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ground[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** A machine with other work sheds the console first, and says so. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries > TRIES_MAX || !/overloaded/.test((error as Error).message)) throw error;
      await pause(250);
    }
  }
}
