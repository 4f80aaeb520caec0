// A match as stewards meet it, for tests and pictures of the gate app: one ticket for each case, by name.

import type { OfferMade } from '#protocol/enrolment.ts';
import { eventFile } from '#protocol/event-file.ts';
import { HttpNode } from './http-node.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';

const ID = 'petrels-anchors';
export const GATE_EVENT = `/api/v1/events/${ID}`;

/** Reference → type, section, row, seat, holder. */
const TICKETS = {
  'HY-000001': 'adult,N101,7,1,林晓雨',
  'HY-000002': 'adult,N101,7,2,林远',
  'HY-000003': 'adult,N102,3,14,Rosa Lindqvist',
  'HY-000004': 'student,N101,9,6,周博文',
  'HY-000005': 'family,N101,12,5,陈佳',
  'HY-000006': 'adult,N101,9,20,Yusuf Haddad',
  'HY-000007': 'adult,N101,9,21,Yusuf Haddad',
  'HY-000008': 'adult,N101,9,22,Amira Haddad',
  'HY-000009': 'adult,N101,9,23,Amira Haddad',
  'HY-000010': 'adult,N101,10,1,Noor Haddad',
  'HY-000011': 'adult,N101,10,2,Noor Haddad',
} as const;
const SUPERVISOR = { name: '陈立', pin: '480211' } as const;
export type GateTicket = keyof typeof TICKETS;

export class GateEvening implements AsyncDisposable {
  readonly database: TestDatabase;
  hub: HttpNode;
  readonly #codes = new Map<string, string>();
  #supervisor: Promise<typeof SUPERVISOR> | null = null;

  private constructor(database: TestDatabase, hub: HttpNode) {
    this.database = database;
    this.hub = hub;
  }

  /** @param moreTickets - adults in N101 beyond those that have names */
  static async open(moreTickets = 0): Promise<GateEvening> {
    const database = await testDatabase();
    const hub = await HttpNode.start(database);
    await hub.ask(GATE_EVENT, { method: 'PUT', body: matchFile() });
    const named = Object.entries(TICKETS).map(([ref, rest]) => `${ref},${rest},O-00001`);
    const more = Array.from({ length: moreTickets }, (_, index) => {
      const row = 100 + Math.floor(index / 100);
      return `MORE-${index},adult,N101,${row},${(index % 100) + 1},,`;
    });
    const head = 'ticket_ref,type,section,row,seat,holder_name,order_ref';
    await hub.ask(`${GATE_EVENT}/tickets/import`, {
      body: [head, ...named, ...more, ''].join('\n'),
    });
    await hub.ask(`${GATE_EVENT}/open`, { method: 'POST' });
    const evening = new GateEvening(database, hub);
    for (const ref of Object.keys(TICKETS)) evening.#codes.set(ref, await evening.reissue(ref));
    return evening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }

  code(ref: GateTicket): string {
    return this.#codes.get(ref) ?? '';
  }

  /** A new code; also the way to one of a ticket without a name, without exporting all of them. */
  async reissue(ref: string): Promise<string> {
    const path = `${GATE_EVENT}/tickets/${ref}/reissue`;
    return (await this.hub.ask<{ code: string }>(path, { body: { reason: 'test' } })).code;
  }

  /** Who may decide how people are checked here, and take an admission back. */
  supervisor(): Promise<typeof SUPERVISOR> {
    this.#supervisor ??= this.act('/people', { ...SUPERVISOR, role: 'gate-supervisor' }).then(
      () => SUPERVISOR,
    );
    return this.#supervisor;
  }

  offer(more: object = {}): Promise<OfferMade> {
    return this.hub.ask<OfferMade>('/api/v1/offers', {
      body: { event: ID, gate: 'N1', lane: 'N1-1', ...more },
    });
  }

  act(path: string, body: unknown): Promise<Record<string, unknown>> {
    return this.hub.ask(`${GATE_EVENT}${path}`, { method: 'POST', body });
  }
}

function matchFile() {
  const named = (zh: string, en: string) => ({ 'zh-CN': zh, en });
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  return eventFile.parse({
    id: ID,
    name: named('海燕 对 铁锚', 'Petrels v Anchors'),
    venue: {
      id: 'tidewatch',
      name: named('望潮体育场', 'Tidewatch Ground'),
      timeZone: 'Asia/Shanghai',
    },
    doorsAt: hours(-1),
    startsAt: hours(1),
    endsAt: hours(3),
    entry: { offline: 'open' },
    zones: ['north'],
    stands: [{ id: 'north', name: named('北看台', 'North Stand') }],
    gates: [
      {
        id: 'N1',
        zone: 'north',
        name: named('北1入口', 'North 1'),
        lanes: [{ id: 'N1-1' }, { id: 'N1-2' }],
      },
      { id: 'N2', zone: 'north', name: named('北2入口', 'North 2'), lanes: [{ id: 'N2-1' }] },
    ],
    sections: [
      { id: 'N101', stand: 'north', zone: 'north', gates: ['N1'] },
      { id: 'N102', stand: 'north', zone: 'north', gates: ['N2'] },
    ],
    ticketTypes: [
      { id: 'adult', name: named('成人票', 'Adult') },
      { id: 'student', name: named('学生票', 'Student'), entry: { referral: 'id' } },
      {
        id: 'family',
        name: named('家庭票', 'Family of four'),
        entry: { admits: 4 },
        attention: 'assist',
      },
    ],
  });
}
