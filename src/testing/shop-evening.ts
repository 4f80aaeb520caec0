// A match on sale at a real server: a ground of four stands, three prices, tickets for adults and children.
import { EVEN_STANDS, type EvenTier, evenGround } from '#domain/seating/even-ground.ts';
import { makeLayout } from '#domain/seating/make-layout.ts';
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
const NAMES = {
  north: { 'zh-CN': '北看台', en: 'North Stand' },
  east: { 'zh-CN': '东看台', en: 'East Stand' },
  south: { 'zh-CN': '南看台', en: 'South Stand' },
  west: { 'zh-CN': '西看台', en: 'West Stand' },
} as const;

export class ShopEvening implements AsyncDisposable {
  readonly node: HttpNode;
  readonly #database: TestDatabase;

  private constructor(node: HttpNode, database: TestDatabase) {
    this.node = node;
    this.#database = database;
  }

  static async open(tiers: readonly EvenTier[] = SMALL): Promise<ShopEvening> {
    const database = await testDatabase();
    const node = await HttpNode.start(database);
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
      body: { file: saleOf(sections), replaces: 0, reason: 'the evening of a test' },
    });
    return new ShopEvening(node, database);
  }

  get url(): string {
    return `${this.node.url}/shop/e/${EVENT}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}

type Area = { readonly id: string; readonly stand: string };

function eventOf(sections: readonly Area[]) {
  const file = derbyFile({ isNow: true });
  const stands = EVEN_STANDS.map(({ id }) => id);
  return {
    ...file,
    name: { 'zh-CN': '海阳队 对 江城队', en: 'Haiyang v Jiangcheng' },
    venue: { ...file.venue, name: { 'zh-CN': '滨江体育场', en: 'Riverside Stadium' } },
    zones: stands,
    stands: stands.map((id) => ({ id })),
    gates: stands.map((zone) => ({
      id: zone,
      zone,
      name: NAMES[zone as keyof typeof NAMES],
      lanes: [{ id: `${zone}-1` }],
    })),
    sections: sections.map(({ id, stand }) => ({ id, stand, zone: stand, gates: [stand] })),
  };
}

function saleOf(sections: readonly Area[]) {
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
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
    channels: [{ channel: 'web', opensAt: hour(-1), closesAt: hour(1) }],
    providers: ['sandbox'],
    refunds: {
      id: 'league',
      name: name('联赛', 'League'),
      tiers: ['30d 0%', '3d 20%', '1d 80%'],
    },
  };
}
