// A ground with 24 gates in the middle of its rush, and an operator's browser signed in at the console: for
// tests of the console and for the pictures of it.
import assert from 'node:assert/strict';
import type { Role } from '#domain/access/roles.ts';
import type { PageOptions, TestBrowser, TestPage } from './browser.ts';
import { HttpNode } from './http-node.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';
import { SignedInBrowser } from './signed-in-browser.ts';

const STANDS = [
  ['north', 'N', '北', 'North'],
  ['east', 'E', '东', 'East'],
  ['south', 'S', '南', 'South'],
  ['west', 'W', '西', 'West'],
] as const;
const GATES_A_STAND = 6;
const WAYS = ['cash', 'card', 'consignment'];
const MINUTE_MS = 60_000;
export const EVENT = 'derby';
const API = `/api/v1/events/${EVENT}`;

export type Enrolled = { readonly deviceId: string; readonly token: string };

export class ConsoleEvening implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly server: HttpNode;
  /** By gate, the device at its first lane. */
  readonly lanes = new Map<string, Enrolled>();
  readonly codes = new Map<string, string>();
  #accounts = 0;

  private constructor(database: TestDatabase, server: HttpNode) {
    this.database = database;
    this.server = server;
  }

  /** @param tickets - so many at each gate */
  static async open(tickets = 4): Promise<ConsoleEvening> {
    const database = await testDatabase();
    const files = { 'payments/hand.json': JSON.stringify({ providers: WAYS }) };
    const evening = new ConsoleEvening(database, await HttpNode.start(database, { files }));
    const { server } = evening;
    await server.ask(API, { method: 'PUT', body: eventFile() });
    await server.ask(`${API}/tickets/import`, { body: ticketFile(tickets) });
    await server.ask(`${API}/open`, { method: 'POST' });
    const rows = await server.ask<{ ticket_ref: string; code: string }[]>(
      `${API}/tickets/export?format=json`,
    );
    for (const { ticket_ref, code } of rows) evening.codes.set(ticket_ref, code);
    for (const gate of gateIds()) {
      const body = { event: EVENT, gate, lane: `${gate}-1` };
      evening.lanes.set(gate, await server.ask<Enrolled>('/api/v1/devices', { body }));
    }
    return evening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }

  async scan(gate: string, ref: string): Promise<string> {
    const token = this.lanes.get(gate)?.token ?? '';
    const { verdict } = await this.server.ask<{ verdict: string }>('/api/v1/scans', {
      token,
      body: {
        scanId: crypto.randomUUID(),
        code: this.codes.get(ref) ?? ref,
        direction: 'in',
        scannedAt: new Date().toISOString(),
      },
    });
    return verdict;
  }

  /** An account in a role, and the browser in which its owner has just signed in. */
  async account(role: Role, name: string): Promise<SignedInBrowser> {
    this.#accounts += 1;
    const { code } = await this.server.ask<{ code: string }>('/api/v1/accounts', {
      body: { login: `user-${this.#accounts}`, name, role },
    });
    const browser = new SignedInBrowser(this.server.url);
    await browser.accept(code);
    return browser;
  }

  /** A page of the console, signed in by the session that `as` holds. */
  async page(
    browser: TestBrowser,
    as: SignedInBrowser,
    path: string,
    options: PageOptions = {},
  ): Promise<TestPage> {
    const opened = await browser.open(options);
    // The server may set a cookie for TLS alone over loopback; a test may only name it as if there were TLS.
    const url = this.server.url.replace('http:', 'https:');
    for (const [name, value] of as.cookies) {
      const cookie = { name, value, url, secure: true, httpOnly: true } as const;
      await opened.context.addCookies([{ ...cookie, sameSite: 'Lax' }]);
    }
    await opened.page.goto(`${this.server.url}/console/e/${EVENT}/${path}`);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return opened;
  }

  /** As if what was scanned just now had been scanned over the last hour, more and more of it lately. */
  async spreadOverTheHour(): Promise<void> {
    await this.database.pool.query(
      `UPDATE scans SET decided_at = now() - interval '55 minutes' *
         power((hashtext(scan_id) & 65535) / 65535.0, 1.7)
         -- What is still to come keeps the gates flowing while pictures are taken.
         + CASE WHEN gate IN ('E3', 'E4') THEN interval '0' ELSE interval '3 minutes' END`,
    );
  }

  /** What the device at a gate's first lane says of itself. */
  async says(gate: string, status: Readonly<Record<string, unknown>>): Promise<void> {
    const device = this.lanes.get(gate)?.deviceId;
    assert.ok(device !== undefined);
    await this.database.pool.query(
      `INSERT INTO device_status (device, event, at, n, status) VALUES ($1, 1, now(), 1, $2)
       ON CONFLICT (device) DO UPDATE SET status = excluded.status, at = excluded.at`,
      [device, JSON.stringify(status)],
    );
  }
}

export function gateIds(): string[] {
  return STANDS.flatMap(([, letter]) =>
    Array.from({ length: GATES_A_STAND }, (_, index) => `${letter}${index + 1}`),
  );
}

export function refAt(gate: string, index: number): string {
  return `${gate}-${String(index).padStart(4, '0')}`;
}

function eventFile() {
  const at = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS).toISOString();
  const gates = STANDS.flatMap(([stand, letter, zh, en]) =>
    Array.from({ length: GATES_A_STAND }, (_, index) => {
      const id = `${letter}${index + 1}`;
      const lanes = [1, 2, 3].map((lane) => ({ id: `${id}-${lane}` }));
      const name = { 'zh-CN': `${zh}${index + 1}入口`, en: `${en} ${index + 1}` };
      return { id, zone: stand, name, lanes };
    }),
  );
  return {
    id: EVENT,
    name: { 'zh-CN': '海港 对 山城', en: 'Harbour v Hill City' },
    venue: {
      id: 'riverside',
      name: { 'zh-CN': '滨江体育场', en: 'Riverside' },
      timeZone: 'Asia/Shanghai',
      limit: 40_000,
    },
    doorsAt: at(-75),
    startsAt: at(32),
    endsAt: at(150),
    entry: { offline: 'open' },
    zones: STANDS.map(([stand]) => stand),
    stands: STANDS.map(([stand, , zh, en]) => ({
      id: stand,
      name: { 'zh-CN': `${zh}看台`, en: `${en} stand` },
      limit: 11_000,
    })),
    gates,
    sections: gates.map(({ id, zone }) => ({ id: `${id}01`, stand: zone, zone, gates: [id] })),
    ticketTypes: [
      { id: 'adult', name: { 'zh-CN': '成人票', en: 'Adult' } },
      { id: 'senior', name: { 'zh-CN': '长者票', en: 'Senior' } },
      { id: 'season', name: { 'zh-CN': '套票', en: 'Season' } },
    ],
  };
}

function ticketFile(tickets: number): string {
  const names = ['王小明', '李芳', '张伟', '陈静', '刘洋', 'Anna Berg'];
  const rows = gateIds().flatMap((gate) =>
    Array.from({ length: tickets }, (_, index) => {
      const cells = [refAt(gate, index), index % 3 === 0 ? 'season' : 'adult', `${gate}01`];
      const seat = [String(1 + Math.floor(index / 20)), String(1 + (index % 20))];
      const phone = `+86138${String(10_000_000 + index).slice(-8)}`;
      return [
        ...cells,
        ...seat,
        names[index % names.length],
        phone,
        `O-${gate}-${index >> 1}`,
      ].join(',');
    }),
  );
  return ['ticket_ref,type,section,row,seat,holder_name,phone,order_ref', ...rows, ''].join('\n');
}
