// A match that is on now, with a hub and phones that come and go: for tests of whoever stands at lanes.
import { randomUUID } from 'node:crypto';
import type { OfferMade } from '#protocol/enrolment.ts';
import type { ScanRequest } from '#protocol/scans.ts';
import { derbyFile, derbyTickets } from './derby.ts';
import { HttpNode } from './http-node.ts';
import { Phone } from './phone.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';

export const EVENT = '/api/v1/events/derby';
/** Design §2 and §6: what control says, and what it takes away, reaches lanes in this time. */
export const WITHIN_MS = 2_000;

export class PhoneNight implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly hub: HttpNode;
  readonly codes: readonly string[];
  #used = 0;

  private constructor(database: TestDatabase, hub: HttpNode, codes: readonly string[]) {
    this.database = database;
    this.hub = hub;
    this.codes = codes;
  }

  /** @param tickets - a ticket file, when it is not to be sixty adults' */
  static async open(tickets = derbyTickets(60)): Promise<PhoneNight> {
    const database = await testDatabase();
    const hub = await HttpNode.start(database);
    await hub.ask(EVENT, { method: 'PUT', body: derbyFile({ isNow: true }) });
    await hub.ask(`${EVENT}/tickets/import`, { body: tickets });
    await hub.ask(`${EVENT}/open`, { method: 'POST' });
    const rows = await hub.ask<{ code: string }[]>(`${EVENT}/tickets/export?format=json`);
    return new PhoneNight(
      database,
      hub,
      rows.map(({ code }) => code),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }

  offer(more: object = {}): Promise<OfferMade> {
    return this.hub.ask<OfferMade>('/api/v1/offers', {
      body: { event: 'derby', gate: 'N1', lane: 'N1-1', ...more },
    });
  }

  async enrol(more: object = {}): Promise<Phone> {
    return Phone.enrol(this.hub.url, (await this.offer(more)).url);
  }

  /** An entry with a code that no scan has used, unless another is given. */
  scan(code?: string): ScanRequest {
    return {
      scanId: randomUUID(),
      code: code ?? this.codes[this.#used++] ?? '',
      direction: 'in',
      scannedAt: new Date().toISOString(),
    };
  }

  async alarmsOf(phone: Phone): Promise<{ id: string; kind: string }[]> {
    const { alarms } = await this.hub.ask<{
      alarms: { id: string; kind: string; deviceId: string }[];
    }>(`${EVENT}/alarms`);
    return alarms.filter(({ deviceId }) => deviceId === phone.deviceId);
  }
}
