// A hub and boxes in the ground in this process, each on a database of its own, with a wire between them
// that a test may spoil.
import type { JournalEntry, JournalReceipt } from '#protocol/journal.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { BadWire } from './bad-wire.ts';
import { derbyFile, derbyTickets } from './derby.ts';
import { HttpNode } from './http-node.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';

export const DERBY = '/api/v1/events/derby';

export type GroundLane = { readonly deviceId: string; readonly token: string };

type Placed = {
  readonly box: HttpNode;
  readonly database: TestDatabase;
  readonly token: string;
  readonly port: number;
};

export class Ground implements AsyncDisposable {
  hub: HttpNode;
  readonly wire: BadWire;
  readonly codes: readonly string[];
  readonly adminToken: string;
  readonly #databases: TestDatabase[];
  readonly #first: HttpNode;
  readonly #nodes: HttpNode[] = [];
  readonly #boxes = new Map<string, Placed>();
  readonly #cellFile: string | null;
  #scans = 0;

  private constructor(
    hub: HttpNode,
    wire: BadWire,
    codes: string[],
    databases: TestDatabase[],
    cellFile: string | null,
  ) {
    this.#cellFile = cellFile;
    this.hub = hub;
    this.#first = hub;
    this.wire = wire;
    this.codes = codes;
    this.adminToken = hub.adminToken;
    this.#databases = databases;
  }

  /** @param cellFile - says to all of them where the cell is */
  static async open(tickets: number, cellFile: string | null = null): Promise<Ground> {
    const database = await testDatabase();
    const hub = await HttpNode.start(database, { cellFile });
    await hub.ask(DERBY, { method: 'PUT', body: derbyFile({ isNow: true }) });
    await hub.ask(`${DERBY}/tickets/import`, { body: derbyTickets(tickets) });
    await hub.ask(`${DERBY}/open`, { method: 'POST' });
    const rows = await hub.ask<{ code: string }[]>(`${DERBY}/tickets/export?format=json`);
    const wire = await BadWire.to(() => ground.hub.url);
    const codes = rows.map(({ code }) => code);
    const ground = new Ground(hub, wire, codes, [database], cellFile);
    return ground;
  }

  /** @param port - where the others reach it, if they do; 0: nowhere */
  async box(name: string, port = 0): Promise<HttpNode> {
    const address = port === 0 ? {} : { address: `http://127.0.0.1:${port}` };
    const body = { name, ...address };
    const { token } = await this.hub.ask<{ token: string }>('/api/v1/edges', { body });
    const database = await testDatabase();
    this.#databases.push(database);
    const edge = { token, hubUrl: this.wire.url };
    const box = await HttpNode.start(database, { edge, port, cellFile: this.#cellFile });
    this.#nodes.push(box);
    this.#boxes.set(name, { box, database, token, port });
    return box;
  }

  /** The box again after it was stopped, with the same files beside it. @param database - another copy */
  async restartBox(name: string, database?: TestDatabase): Promise<HttpNode> {
    const { box: first, token, port, ...placed } = this.#placed(name);
    const edge = { token, hubUrl: this.wire.url };
    const options = { edge, port, beside: first, cellFile: this.#cellFile };
    const box = await HttpNode.start(database ?? placed.database, options);
    this.#nodes.push(box);
    return box;
  }

  /** Its database as it is now, of a box that is stopped. */
  async copyOf(name: string): Promise<TestDatabase> {
    const { database } = this.#placed(name);
    await database.pool.end();
    const copy = await testDatabase(database);
    this.#databases.push(copy);
    return copy;
  }

  #placed(name: string): Placed {
    const placed = this.#boxes.get(name);
    if (placed === undefined) throw new Error(`there is no box ${name}`);
    return placed;
  }

  /** The hub’s database as it is now, so many times; the hub is stopped. */
  async copiesOfHub(count: number): Promise<TestDatabase[]> {
    const source = this.#hubDatabase();
    await source.pool.end();
    const copies: TestDatabase[] = [];
    while (copies.length < count) copies.push(await testDatabase(source));
    this.#databases.push(...copies);
    return copies;
  }

  #hubDatabase(): TestDatabase {
    const [database] = this.#databases;
    if (database === undefined) throw new Error('the hub has the first database');
    return database;
  }

  /** The hub again after it was stopped. @param database - another copy */
  async restartHub(database = this.#hubDatabase()): Promise<void> {
    const options = { beside: this.#first, cellFile: this.#cellFile };
    this.hub = await HttpNode.start(database, options);
    this.#nodes.push(this.hub);
  }

  enrol(gate = 'N1'): Promise<GroundLane> {
    return this.hub.ask<GroundLane>('/api/v1/devices', { body: { event: 'derby', gate } });
  }

  async tryScan(node: HttpNode, lane: GroundLane, serial: number, scanId?: string) {
    this.#scans += 1;
    const response = await node.fetch('/api/v1/scans', {
      token: lane.token,
      body: {
        scanId: scanId ?? `g-${this.#scans}`,
        code: this.codes[serial - 1],
        direction: 'in',
        scannedAt: new Date().toISOString(),
      },
    });
    return { status: response.status, body: (await response.json()) as Partial<ScanAnswer> };
  }

  upload(
    node: HttpNode,
    lane: GroundLane,
    journalId: string,
    entries: readonly (Partial<JournalEntry> | Record<string, unknown>)[],
  ): Promise<JournalReceipt> {
    const body = { journalId, entries, isComplete: true };
    return node.ask<JournalReceipt>('/api/v1/journal', { token: lane.token, body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes.reverse()) await node[Symbol.asyncDispose]();
    await this.#first[Symbol.asyncDispose]();
    await this.wire[Symbol.asyncDispose]();
    for (const database of this.#databases) await database[Symbol.asyncDispose]();
  }
}
