// One node of a hub without its HTTP: the server's own parts wired on a database under test, with a
// clock that the test sets. Two of them on one database share nothing but that database.
import { Readable } from 'node:stream';
import pg from 'pg';
import { Registry } from 'prom-client';
import type { Direction } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { EventStatus } from '#domain/venue/match-event.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { ScanAnswer, ScanRequest } from '#protocol/scans.ts';
import { AccessStore } from '#server/access/store.ts';
import { createBus } from '#server/bus.ts';
import { Cell } from '#server/cell/cell.ts';
import type { CellConfig } from '#server/cell/cell-config.ts';
import { annulScan } from '#server/entry/annul.ts';
import { createAuthority } from '#server/entry/authority.ts';
import { createCatalogue, keyContext } from '#server/entry/catalogue.ts';
import { createClaimStore } from '#server/entry/claim-store.ts';
import { NOWHERE } from '#server/entry/elsewhere.ts';
import { createCounters } from '#server/entry/event-counter.ts';
import { codeOf } from '#server/entry/event-key.ts';
import { takeScan } from '#server/entry/routes.ts';
import { openStoreState } from '#server/entry/store-state.ts';
import { createActs } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName, seal } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { type Log, silentLog } from '#server/platform/log.ts';
import { type Device, deviceAt } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { importTickets } from '#server/tickets/import.ts';
import { reissueTicket, setBlocked } from '#server/tickets/ticket-acts.ts';
import {
  changeControls,
  insertEvent,
  lockEvent,
  type StoredControls,
  setStatus,
  updateEventFile,
} from '#server/venue/store.ts';
import { derbyRef } from './derby.ts';
import type { TestDatabase } from './postgres.ts';

/** The same for every node, as on machines of one hub. */
export const MASTER_KEY = new Uint8Array(32).fill(7);

export type NodeOptions = {
  readonly now: Instant;
  readonly name?: string;
  readonly log?: Log;
  /** Settings of its connections, as `-c name=value`. */
  readonly options?: string;
  readonly cell?: CellConfig;
};

export class HubNode implements AsyncDisposable {
  readonly context: ServerContext;
  /** What this node's clock says; it stands still. */
  readonly clock: { now: Instant };
  readonly #pool: pg.Pool;

  private constructor(pool: pg.Pool, clock: { now: Instant }, context: ServerContext) {
    this.#pool = pool;
    this.clock = clock;
    this.context = context;
  }

  static async open(database: TestDatabase, options: NodeOptions): Promise<HubNode> {
    const { connection } = database;
    const pool = new pg.Pool({ ...connection, max: 8, options: options.options ?? '' });
    pool.on('error', () => {});
    const clock = { now: options.now };
    const now = () => clock.now;
    const log = options.log ?? silentLog;
    const bus = createBus();
    const node = options.name ?? 'node-1';
    const cell =
      options.cell === undefined
        ? null
        : new Cell({ config: options.cell, pool, log, now, self: 'hub', onWritten: () => {} });
    const catalogue = createCatalogue(pool, MASTER_KEY, 'hub', cell);
    cell?.start(async (event) => {
      await catalogue.reload(event);
    });
    const storeState = await openStoreState(pool, MASTER_KEY, log);
    const authority = createAuthority({
      catalogue,
      store: createClaimStore(pool),
      state: storeState,
      now,
      onDecided: (decided) => bus.emit('decided', decided),
    });
    return new HubNode(pool, clock, {
      pool,
      masterKey: MASTER_KEY,
      node,
      self: 'hub',
      now,
      log,
      bus,
      acts: createActs(pool, node, now, () => cell?.settle() ?? Promise.resolve()),
      access: new AccessStore(pool, now),
      catalogue,
      storeState,
      authority,
      elsewhere: NOWHERE,
      cell,
      counterOf: createCounters(pool),
      registry: new Registry(),
      stopping: new AbortController().signal,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.authority.drain();
    await this.context.cell?.stop();
    await this.#pool.end();
  }

  /** Imports a match, or corrects it. @returns its number */
  importEvent(file: EventFile): Promise<number> {
    return inTransaction(this.#pool, async (client) => {
      const existing = await lockEvent(client, file.id);
      if (existing !== null) {
        await updateEventFile(client, existing.number, file);
        return existing.number;
      }
      const sealKey = () => seal(MASTER_KEY, keyContext(file.id), Buffer.alloc(32, file.id));
      const listEpoch = randomName('', 5);
      return insertEvent(client, { file, sealKey, listEpoch, at: this.clock.now });
    });
  }

  async setStatus(event: number, status: EventStatus): Promise<void> {
    await inTransaction(this.#pool, (client) => setStatus(client, event, status));
  }

  async importTickets(event: number, file: EventFile, csv: string): Promise<void> {
    const { keyring } = await this.context.catalogue.get(event);
    const bytes = Readable.from([Buffer.from(csv)]);
    const options = { isDelta: true, skipBad: false };
    await importTickets(this.context, null, { key: keyring.own, file }, bytes, options);
  }

  async enrol(event: number, eventId: string, gate: string): Promise<Device> {
    const { access, pool } = this.context;
    const enrolled = await inTransaction(pool, (client) =>
      access.enrolDevice(client, { event, gate, lane: null, enrolledBy: 'p-test' }),
    );
    const id = enrolled.deviceId;
    return deviceAt({ id, eventNumber: event, eventId, gate, lane: null });
  }

  async code(event: number, serial: number, issue = 0): Promise<string> {
    return codeOf((await this.context.catalogue.get(event)).keyring.own, { serial, issue });
  }

  /** @returns the answer as it goes out. @throws HttpProblem */
  async answer(
    device: Device,
    scanId: string,
    code: string,
    direction: Direction = 'in',
  ): Promise<string> {
    const scannedAt = iso(this.clock.now);
    const request: ScanRequest = { scanId, code, direction, scannedAt };
    const scan = await takeScan(this.context, device, request);
    return await this.context.authority.scan(device.eventNumber, scan);
  }

  async scan(
    device: Device,
    scanId: string,
    code: string,
    direction: Direction = 'in',
  ): Promise<ScanAnswer | 'scan-id-reused'> {
    try {
      return JSON.parse(await this.answer(device, scanId, code, direction)) as ScanAnswer;
    } catch (error) {
      if (error instanceof HttpProblem && error.code === 'scan-id-reused') return error.code;
      throw error;
    }
  }

  /** @returns the outcome, or the word of the refusal */
  async annul(device: Device, scanId: string): Promise<string> {
    try {
      const scan = { device: device.id, scanId };
      return (await annulScan(this.context, device, scan, 'not-turned')).outcome;
    } catch (error) {
      if (error instanceof HttpProblem) return error.message.split(':', 1)[0] ?? '';
      throw error;
    }
  }

  async block(eventId: string, serial: number, isBlocked = true): Promise<void> {
    const where = { id: eventId, ref: derbyRef(serial) };
    await setBlocked(this.context, null, where, isBlocked, 'test');
  }

  async reissue(eventId: string, serial: number): Promise<string> {
    const where = { id: eventId, ref: derbyRef(serial) };
    return (await reissueTicket(this.context, null, where, 'test')).code;
  }

  async control(event: number, change: (controls: StoredControls) => StoredControls) {
    await inTransaction(this.#pool, (client) => changeControls(client, event, change));
  }

  async inside(event: number, scope = 'ground'): Promise<number> {
    const { inside } = await this.context.counterOf(event).counts(this.clock.now);
    return inside[scope] ?? 0;
  }
}
