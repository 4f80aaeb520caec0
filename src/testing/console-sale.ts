// The evening's ground as a layout, and its match on sale at every desk and in the shop.
import { evenSection } from '#domain/seating/even-ground.ts';
import type { SaleFileWritten } from '#protocol/sales.ts';
import { type ConsoleEvening, gateIds } from './console-evening.ts';

const STAND_OF: Readonly<Record<string, string>> = {
  N: 'north',
  E: 'east',
  S: 'south',
  W: 'west',
};
const TERRACE = 'S6';

export async function putOnSaleAtDesks({ server }: ConsoleEvening): Promise<void> {
  await server.ask('/api/v1/grounds/riverside/layouts', { body: groundFile() });
  const body = { file: saleFile(), replaces: 0, reason: 'open' };
  await server.ask('/api/v1/events/derby/sale', { method: 'PUT', body });
}

/** The sections of the evening, each with wheelchair places in its first row; one is standing room. */
function groundFile() {
  const sections = gateIds().map((gate) => {
    const id = `${gate}01`;
    const stand = STAND_OF[gate.slice(0, 1)] ?? 'north';
    if (gate === TERRACE) return { id, stand, tier: 1, capacity: 2_400 };
    const size = { id, stand, tier: 1, rows: 28, seatsPerRow: 44 };
    return evenSection({ ...size, wheelchairPairs: 6, stepFreeRows: 2 });
  });
  return { sections };
}

function saleFile(): SaleFileWritten {
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const open = { opensAt: hour(-1), closesAt: hour(6) };
  const along = (gate: string) => gate.startsWith('E') || gate.startsWith('W');
  return {
    layout: { ground: 'riverside', version: 1 },
    currency: 'CNY',
    taxes: [{ id: 'vat-6', name: { 'zh-CN': '增值税', en: 'VAT' }, rateBasisPoints: 600 }],
    categories: [
      { id: 'side', name: { 'zh-CN': '边线看台', en: 'Along the pitch' } },
      { id: 'end', name: { 'zh-CN': '球门看台', en: 'Behind the goals' } },
    ],
    areas: gateIds().map((gate) => {
      return { category: along(gate) ? 'side' : 'end', section: `${gate}01` };
    }),
    types: [
      { id: 'adult', name: { 'zh-CN': '成人票', en: 'Adult' }, tax: 'vat-6' },
      {
        id: 'senior',
        name: { 'zh-CN': '长者票', en: 'Senior' },
        tax: 'vat-6',
        proof: { 'zh-CN': '凭身份证，满 60 周岁', en: 'With an ID card, from 60 years' },
      },
    ],
    prices: [
      { category: 'side', type: 'adult', amountMinor: 38_000 },
      { category: 'side', type: 'senior', amountMinor: 19_000 },
      { category: 'end', type: 'adult', amountMinor: 18_000 },
      { category: 'end', type: 'senior', amountMinor: 9_000 },
    ],
    channels: (['web', 'box-office', 'help-desk'] as const).map((channel) => {
      return { channel, ...open };
    }),
    providers: [],
    refunds: null,
  };
}
