// A match on sale at a real server: a ground of four stands, three prices, tickets for adults and children. Each
// stand has a gate with steps and one without; who pays does so at a sandbox.
import { randomUUID } from 'node:crypto';
import { EVEN_STANDS, type EvenTier, evenGround } from '#domain/seating/even-ground.ts';
import { makeLayout } from '#domain/seating/make-layout.ts';
import { SandboxServer } from '#server/payments/sandbox/bank-server.ts';
import { derbyFile } from './derby.ts';
import { HttpNode } from './http-node.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';

const SMALL: readonly EvenTier[] = [
  { sections: 5, rows: 12, seatsPerRow: 20, wheelchairPairs: 3, stepFreeRows: 1 },
  { sections: 5, rows: 10, seatsPerRow: 24 },
];
/** 81,120 seats. */
export const LARGE: readonly EvenTier[] = [
  { sections: 13, rows: 22, seatsPerRow: 24, wheelchairPairs: 4, stepFreeRows: 1 },
  { sections: 13, rows: 20, seatsPerRow: 26 },
  { sections: 13, rows: 20, seatsPerRow: 26 },
];
const EVENT = 'derby';
const SECRET = 'sandbox-secret';
const NAMES = {
  north: { 'zh-CN': '北看台', en: 'North Stand' },
  east: { 'zh-CN': '东看台', en: 'East Stand' },
  south: { 'zh-CN': '南看台', en: 'South Stand' },
  west: { 'zh-CN': '西看台', en: 'West Stand' },
} as const;

export class ShopEvening implements AsyncDisposable {
  readonly node: HttpNode;
  readonly sandbox: SandboxServer;
  readonly #database: TestDatabase;
  readonly #lanes = new Map<string, string>();

  private constructor(node: HttpNode, sandbox: SandboxServer, database: TestDatabase) {
    [this.node, this.sandbox, this.#database] = [node, sandbox, database];
  }

  /** @param more - of its sale, such as `realName` */
  static async open(
    tiers: readonly EvenTier[] = SMALL,
    more: { readonly sale?: object; readonly outboxFile?: string } = {},
  ): Promise<ShopEvening> {
    const { sale, outboxFile } = more;
    const database = await testDatabase();
    const sandbox = await SandboxServer.start({ secret: SECRET });
    const config = { url: sandbox.url, secretFile: 'secret', looksAgainAfterSeconds: 1 };
    const files = { 'payments/sandbox.json': JSON.stringify(config), 'payments/secret': SECRET };
    const node = await HttpNode.start(database, {
      files,
      ...(outboxFile === undefined ? {} : { outboxFile }),
    });
    const draft = evenGround('riverside', tiers);
    const made = makeLayout(draft, 1);
    if (made.kind === 'refused') throw new Error(JSON.stringify(made.refusals.slice(0, 3)));
    const sections = made.layout.sections.map(({ id, stand }) => ({ id, stand }));
    await node.ask(`/api/v1/events/${EVENT}`, { method: 'PUT', body: eventOf(sections) });
    const stands = EVEN_STANDS.map(({ id }) => ({ id, name: NAMES[id as keyof typeof NAMES] }));
    await node.ask('/api/v1/grounds/riverside/layouts', {
      body: { stands, sections: draft.sections },
    });
    await node.ask(`/api/v1/events/${EVENT}/sale`, {
      method: 'PUT',
      body: {
        file: { ...saleOf(sections), ...sale },
        replaces: 0,
        reason: 'the evening of a test',
      },
    });
    await node.ask(`/api/v1/venues/riverside/approaches`, {
      method: 'PUT',
      body: { approaches: APPROACHES },
    });
    await node.ask(`/api/v1/events/${EVENT}/open`, { method: 'POST' });
    return new ShopEvening(node, sandbox, database);
  }

  /** A code as a lane of that gate reads it. @returns verdict and reason, as `admitted` or `refused wrong-gate` */
  async scan(gate: string, code: string): Promise<string> {
    const known = this.#lanes.get(gate);
    const token = known ?? (await this.#laneAt(gate));
    const body = {
      scanId: randomUUID(),
      code,
      direction: 'in',
      scannedAt: new Date().toISOString(),
    };
    const said = await this.node.ask<{ verdict: string; reason: string | null }>('/api/v1/scans', {
      token,
      body,
    });
    return said.reason === null ? said.verdict : `${said.verdict} ${said.reason}`;
  }

  async #laneAt(gate: string): Promise<string> {
    const { token } = await this.node.ask<{ token: string }>('/api/v1/devices', {
      body: { event: EVENT, gate },
    });
    this.#lanes.set(gate, token);
    return token;
  }

  get url(): string {
    return `${this.node.url}/shop/e/${EVENT}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
    await this.sandbox[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}

type Area = { readonly id: string; readonly stand: string };

function eventOf(sections: readonly Area[]) {
  const file = derbyFile({ isNow: true });
  const stands = EVEN_STANDS.map(({ id }) => id);
  return {
    ...file,
    ...{ doorsAt: hoursFromNow(-0.5), startsAt: hoursFromNow(1.5), endsAt: hoursFromNow(3.5) },
    name: { 'zh-CN': '海阳队 对 江城队', en: 'Haiyang v Jiangcheng' },
    venue: { ...file.venue, name: { 'zh-CN': '滨江体育场', en: 'Riverside Stadium' } },
    zones: stands,
    stands: stands.map((id) => ({ id })),
    gates: stands.flatMap((zone) => {
      const [zh, en] = GATES[zone as keyof typeof GATES];
      const name = (number: number) => ({ 'zh-CN': `${zh}${number}入口`, en: `${en} ${number}` });
      return [
        { id: zone, zone, name: name(1), lanes: [{ id: `${zone}-1` }] },
        {
          id: stepFree(zone),
          zone,
          name: name(2),
          lanes: [{ id: `${zone}-2`, kind: 'accessible' }],
        },
      ];
    }),
    sections: sections.map(({ id, stand }) => {
      return { id, stand, zone: stand, gates: [stand, stepFree(stand)] };
    }),
  };
}

const GATES = {
  north: ['北', 'North'],
  east: ['东', 'East'],
  south: ['南', 'South'],
  west: ['西', 'West'],
} as const;

/** The gate of a stand that a wheelchair passes. */
export function stepFree(stand: string): string {
  return `${stand}-ramp`;
}

const METRO = { 'zh-CN': '地铁 B 口', en: 'metro exit B' };
const APPROACHES = EVEN_STANDS.flatMap(({ id }) => [
  { gate: id, from: METRO, isStepFree: false, walkMinutes: 6 },
  { gate: stepFree(id), from: METRO, isStepFree: true, walkMinutes: 8 },
]);

function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

function saleOf(sections: readonly Area[]) {
  const categoryOf = ({ id, stand }: Area) => {
    if (id.slice(1).startsWith('1')) return stand === 'east' || stand === 'west' ? 'a' : 'b';
    return 'c';
  };
  const name = (zh: string, en: string) => ({ 'zh-CN': zh, en });
  const price = (category: string, adult: number, child: number) => [
    { category, type: 'adult', amountMinor: adult },
    { category, type: 'family', amountMinor: child },
  ];
  return {
    layout: { ground: 'riverside', version: 1 },
    currency: 'CNY',
    taxes: [{ id: 'vat-6', name: name('增值税', 'VAT'), rateBasisPoints: 600 }],
    categories: [
      { id: 'a', name: name('边线下层', 'Side, lower tier') },
      { id: 'b', name: name('球门后下层', 'Behind the goal, lower tier') },
      { id: 'c', name: name('上层', 'Upper tier') },
    ],
    areas: sections.map((section) => ({ category: categoryOf(section), section: section.id })),
    types: [
      { id: 'adult', name: name('成人', 'Adult'), tax: 'vat-6' },
      { id: 'family', name: name('家庭', 'Family'), tax: 'vat-6' },
    ],
    prices: [
      ...price('a', 68_000, 34_000),
      ...price('b', 38_000, 19_000),
      ...price('c', 18_000, 9_000),
    ],
    channels: [{ channel: 'web', opensAt: hoursFromNow(-1), closesAt: hoursFromNow(1) }],
    providers: ['sandbox'],
    refunds: {
      id: 'league',
      name: name('联赛', 'League'),
      tiers: ['30d 0%', '1d 20%', '30m 80%'],
    },
  };
}
