// An evening in a cell of five voters on machines of their own, three in the ground and two in regions of the hub,
// with a node and its lanes on either side. Judged from the outside: by what the lanes wrote down, and what the
// members of the cell hold afterwards.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instant } from '#domain/kernel/instant.ts';
import type { CellConfig } from '#server/cell/cell-config.ts';
import type { DeciderTask, Said } from '#testing/cell-decider-child.ts';
import { moveToCell } from '#testing/cell-event.ts';
import { derbyFile, derbyTickets } from '#testing/derby.ts';
import { HubNode } from '#testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';
import { EtcdCluster } from './etcd-cluster.ts';
import { Namespaces } from './namespaces.ts';

export const VENUE = ['v1', 'v2', 'v3'] as const;
export const HUB = ['h1', 'h2'] as const;
const TICKETS = 8_000;
const LANES = 12;
const PER_LANE_MS = 10;
const CHILD = new URL('../cell-decider-child.ts', import.meta.url).pathname;

export type Side = 'venue' | 'hub';

export class CellEvening implements AsyncDisposable {
  readonly net: Namespaces;
  readonly cluster: EtcdCluster;
  readonly node: HubNode;
  readonly event: number;
  readonly #database: TestDatabase;
  readonly #dir: string;
  readonly #children = new Map<Side, ChildProcess>();

  private constructor(
    parts: { net: Namespaces; cluster: EtcdCluster; database: TestDatabase; node: HubNode },
    event: number,
    dir: string,
  ) {
    this.net = parts.net;
    this.cluster = parts.cluster;
    this.node = parts.node;
    this.#database = parts.database;
    this.event = event;
    this.#dir = dir;
  }

  static async open(now: Instant): Promise<CellEvening> {
    await using stack = new AsyncDisposableStack();
    const net = stack.use(
      Namespaces.open([
        { name: 'venue', machines: VENUE },
        { name: 'hub', machines: HUB },
      ]),
    );
    const places = [...VENUE, ...HUB].map((name) => ({
      name,
      host: net.address(name),
      within: net.within(name),
    }));
    const cluster = stack.use(await EtcdCluster.start(places));
    const database = stack.use(await testDatabase());
    const node = stack.use(await HubNode.open(database, { now, cell: cellFrom(cluster, 'venue') }));
    const file = derbyFile();
    const event = await node.importEvent(file);
    await node.importTickets(event, file, derbyTickets(TICKETS, ['adult']));
    await node.setStatus(event, 'open');
    await moveToCell([node], event);
    const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-cell-'));
    stack.defer(() => rmSync(dir, { recursive: true, force: true }));
    const evening = new CellEvening({ net, cluster, database, node }, event, dir);
    evening.#stack = stack.move();
    return evening;
  }

  #stack: AsyncDisposableStack = new AsyncDisposableStack();

  /** Lanes on both sides scan the same tickets, in different orders. */
  async play(sides: readonly Side[] = ['venue', 'hub']): Promise<void> {
    await Promise.all(sides.map((side) => this.#start(side)));
  }

  async #start(side: Side): Promise<void> {
    const machine = side === 'venue' ? VENUE[1] : HUB[0];
    const step = side === 'venue' ? 1 : 7;
    const task: DeciderTask = {
      name: side,
      connection: this.#database.connection,
      cell: cellFrom(this.cluster, side),
      event: this.event,
      eventId: derbyFile().id,
      now: this.node.clock.now,
      serials: Array.from({ length: TICKETS }, (_, index) => ((index * step) % TICKETS) + 1),
      lanes: LANES,
      perLaneMs: PER_LANE_MS,
      logFile: this.#logFile(side),
    };
    const [program = '', ...within] = this.net.within(machine);
    const args = [...within, process.execPath, CHILD, JSON.stringify(task)];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.set(side, child);
    const ended = once(child, 'exit').then(() => false);
    const ready = once(child.stdout, 'data').then(() => true);
    assert.ok(await Promise.race([ready, ended]), `the node of the ${side} did not start`);
  }

  /** Lanes finish what they have begun. */
  async stop(): Promise<void> {
    for (const child of this.#children.values()) {
      const ended = child.exitCode === null ? once(child, 'exit') : null;
      child.stdin?.write('stop\n');
      await Promise.race([ended, pause(8_000)]);
      child.kill('SIGKILL');
    }
    this.#children.clear();
  }

  said(side: Side): Said[] {
    const file = this.#logFile(side);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Said);
  }

  /** Verdicts given on one side between two moments. */
  decided(side: Side, from: number, to: number): Said[] {
    return this.said(side).filter(
      ({ at, word }) => word !== 'unavailable' && at >= from && at < to,
    );
  }

  /** The longest time for which a side was given no verdict, in milliseconds. */
  longestGap(side: Side, from: number, to: number): number {
    const times = this.decided(side, from, to).map(({ at }) => at);
    const marks = [from, ...times.sort((a, b) => a - b), to];
    return Math.max(...marks.slice(1).map((at, index) => at - (marks[index] ?? at)));
  }

  /**
   * Every verdict that a lane was given is in the cell and in PostgreSQL, no ticket entered twice, and no two
   * verdicts share a number.
   */
  async judge(): Promise<{ readonly acknowledged: number; readonly admitted: number }> {
    const all = (['venue', 'hub'] as const).flatMap((side) => this.said(side));
    const given = all.filter(({ word }) => word !== 'unavailable');
    const admitted = given.filter(({ word }) => word === 'admitted');
    const serials = admitted.map(({ serial }) => serial);
    assert.equal(new Set(serials).size, serials.length, 'a ticket entered twice');
    const numbers = given.map(({ revision }) => revision);
    assert.equal(new Set(numbers).size, numbers.length, 'two verdicts under one number');
    const held = await this.#heldByCell();
    const lost = given.filter(({ scan, word }) => held.get(scan) !== word);
    assert.deepEqual(lost, [], 'verdicts that the cell does not hold');
    const inside = await this.node.context.cell?.inside(this.event);
    const entered = [...held.values()].filter((word) => word === 'admitted').length;
    assert.equal(inside?.get('ground'), entered, 'counted otherwise than admitted');
    await this.#untilWrittenDown(held.size);
    const { rows } = await this.#database.pool.query<{ scan_id: string; word: string }>(
      'SELECT scan_id, coalesce(reason, verdict) AS word FROM scans WHERE event = $1',
      [this.event],
    );
    const here = new Map(rows.map(({ scan_id, word }) => [scan_id, word]));
    assert.deepEqual(
      given.filter(({ scan, word }) => here.get(scan) !== word),
      [],
      'verdicts that PostgreSQL does not hold',
    );
    return { acknowledged: given.length, admitted: admitted.length };
  }

  async #heldByCell(): Promise<Map<string, string>> {
    const etcd = this.node.context.cell?.etcd;
    if (etcd === undefined) throw new Error('the node has a cell');
    const held = new Map<string, string>();
    for await (const kvs of etcd.scan(`/kaimen/e/${this.event}/s/`, await etcd.head())) {
      for (const { value } of kvs) {
        const { scan_id, verdict, reason } = JSON.parse(value) as Record<string, string | null>;
        held.set(String(scan_id), String(reason ?? verdict));
      }
    }
    return held;
  }

  async #untilWrittenDown(count: number): Promise<void> {
    const until = Date.now() + 20_000;
    for (;;) {
      const { rows } = await this.#database.pool.query<{ n: number }>(
        'SELECT count(*)::integer AS n FROM scans WHERE event = $1',
        [this.event],
      );
      if (rows[0]?.n === count) return;
      if (Date.now() > until) throw new Error(`${rows[0]?.n} of ${count} verdicts written down`);
      await pause(50);
    }
  }

  #logFile(side: Side): string {
    return path.join(this.#dir, `${side}.jsonl`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.values()) child.kill('SIGKILL');
    await this.#stack.disposeAsync();
  }
}

/** Members of one's own side first. */
function cellFrom(cluster: EtcdCluster, side: Side): CellConfig {
  const endpoints = cluster.endpoints;
  const ordered = side === 'venue' ? endpoints : [...endpoints.slice(3), ...endpoints.slice(0, 3)];
  return { endpoints: ordered, prefix: '/kaimen', venue: [], tls: {}, login: null };
}
