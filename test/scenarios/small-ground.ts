// The match that a scenario is played in: gates and the sections behind them, kick-off so many minutes away.

const MINUTE_MS = 60_000;

export type GroundSize = {
  readonly id: string;
  /** Gate → the sections that are reached by it; stands are named by the first letter of a section. */
  readonly gates: Readonly<Record<string, readonly string[]>>;
  readonly ticketsEach: number;
  readonly kickOffInMinutes?: number;
  readonly standLimit?: number;
  readonly groundLimit?: number;
};

export function matchFile(size: GroundSize): Record<string, unknown> {
  const at = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS).toISOString();
  const { id, gates, kickOffInMinutes = 35, standLimit = null, groundLimit = null } = size;
  const stands = [...new Set(sectionsOf(size).map(standOf))];
  return {
    id,
    name: { 'zh-CN': '海港 对 山城', en: 'Harbour v Hill City' },
    venue: {
      id: 'riverside',
      name: { 'zh-CN': '滨江体育场', en: 'Riverside' },
      timeZone: 'Asia/Shanghai',
      limit: groundLimit,
    },
    doorsAt: at(kickOffInMinutes - 120),
    startsAt: at(kickOffInMinutes),
    endsAt: at(kickOffInMinutes + 120),
    entry: { offline: 'open' },
    zones: ['ring'],
    stands: stands.map((stand) => ({
      id: stand,
      name: { 'zh-CN': `${stand} 看台`, en: `Stand ${stand}` },
      limit: standLimit,
    })),
    gates: Object.keys(gates).map((gate) => ({
      id: gate,
      zone: 'ring',
      name: { 'zh-CN': `${gate} 入口`, en: `Gate ${gate}` },
      lanes: [1, 2, 3, 4, 5, 6].map((lane) => ({ id: `${gate}-${lane}` })),
    })),
    sections: sectionsOf(size).map((section) => ({
      id: section,
      stand: standOf(section),
      zone: 'ring',
      gates: Object.keys(gates).filter((gate) => gates[gate]?.includes(section)),
    })),
    ticketTypes: [{ id: 'adult', name: { 'zh-CN': '成人票', en: 'Adult' } }],
  };
}

export function ticketFile(size: GroundSize): string {
  const rows = sectionsOf(size).flatMap((section) =>
    Array.from({ length: size.ticketsEach }, (_, index) => {
      const seat = `${1 + Math.floor(index / 20)},${1 + (index % 20)}`;
      return `${refAt(section, index)},adult,${section},${seat},王小明`;
    }),
  );
  return ['ticket_ref,type,section,row,seat,holder_name', ...rows, ''].join('\n');
}

export function refAt(section: string, index: number): string {
  return `${section}-${String(index + 1).padStart(3, '0')}`;
}

function sectionsOf({ gates }: GroundSize): string[] {
  return [...new Set(Object.values(gates).flat())];
}

function standOf(section: string): string {
  return section.slice(0, 1);
}
