// The ground of the bench: a full-size stadium, open now, and ticket files of any size for it.

const STANDS = ['north', 'east', 'south', 'west'] as const;
export type Stand = (typeof STANDS)[number];
const SECTIONS_PER_STAND = 15;
const GATES_PER_STAND = 6;
const LANES_PER_GATE = 6;
const SEATS_PER_ROW = 30;
const HOUR_MS = 3_600_000;

export type Lane = { readonly stand: Stand; readonly gate: string; readonly lane: string };

/** An event whose doors are open from an hour ago until tomorrow. */
export function eventFileOf(id: string): { readonly id: string } & Record<string, unknown> {
  const at = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
  const named = (name: string) => ({ 'zh-CN': name, en: name });
  return {
    id,
    name: named('Bench'),
    venue: {
      id: 'bench',
      name: named('Bench ground'),
      timeZone: 'Asia/Shanghai',
      limit: 1_000_000,
    },
    doorsAt: at(-1),
    startsAt: at(1),
    endsAt: at(24),
    entry: { reentry: 'not-allowed' },
    zones: [...STANDS],
    stands: STANDS.map((stand) => ({ id: stand, name: named(stand), limit: 500_000 })),
    gates: STANDS.flatMap((stand) =>
      numbered(GATES_PER_STAND).map((gate) => ({
        id: gateId(stand, gate),
        zone: stand,
        name: named(gateId(stand, gate)),
        lanes: numbered(LANES_PER_GATE).map((lane) => ({ id: `${gateId(stand, gate)}-${lane}` })),
      })),
    ),
    sections: STANDS.flatMap((stand) =>
      numbered(SECTIONS_PER_STAND).map((section) => ({
        id: sectionId(stand, section),
        stand,
        zone: stand,
        gates: [],
        limit: 100_000,
      })),
    ),
    ticketTypes: [
      { id: 'adult', name: named('Adult') },
      { id: 'season', name: named('Season') },
    ],
  };
}

/** The first lanes of the ground, stand by stand in turn. */
export function lanesOf(count: number): Lane[] {
  const all = numbered(LANES_PER_GATE).flatMap((lane) =>
    numbered(GATES_PER_STAND).flatMap((gate) =>
      STANDS.map((stand) => {
        const id = gateId(stand, gate);
        return { stand, gate: id, lane: `${id}-${lane}` };
      }),
    ),
  );
  if (count > all.length) throw new Error(`the ground has ${all.length} lanes`);
  return all.slice(0, count);
}

const HEADER =
  'ticket_ref,type,stand,section,row,seat,holder_name,phone,order_ref,group,companion_of,admits\n';
const NAMES = ['王芳', '李伟', '张敏', 'Maria Schmidt', '陈静', '刘洋', 'Jonas Weber', '赵磊'];

/** A ticket file as a ticket shop writes it: every seat with its holder. */
export function ticketFileOf(tickets: number): Buffer {
  const parts: string[] = [HEADER];
  for (let n = 1; n <= tickets; n++) {
    const stand = STANDS[n % STANDS.length] ?? 'north';
    const section = sectionId(stand, 1 + (n % SECTIONS_PER_STAND));
    const row = 1 + (Math.floor(n / SEATS_PER_ROW) % 60);
    const type = n % 3 === 0 ? 'season' : 'adult';
    const order = Math.ceil(n / 2);
    parts.push(
      `RV-${String(n).padStart(7, '0')},${type},${stand},${section},${row},${1 + (n % SEATS_PER_ROW)},` +
        `${NAMES[n % NAMES.length]},138${String(n).padStart(8, '0')},O-${order},,,\n`,
    );
  }
  return Buffer.from(parts.join(''));
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function gateId(stand: string, gate: number): string {
  return `${stand.charAt(0).toUpperCase()}${gate}`;
}

function sectionId(stand: string, section: number): string {
  return `${stand.charAt(0).toUpperCase()}${100 + section}`;
}
