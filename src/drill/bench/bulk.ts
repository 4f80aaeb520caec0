// Whole files and whole lists: what happens before the match, and when a lane is switched on.
import { get } from 'node:http';
import type { Figure } from './figures.ts';
import { shown } from './figures.ts';
import { asAdmin, type Match } from './match.ts';
import { withCost } from './processes.ts';

export function importFigure(match: Match, secondsMax: number): Figure {
  const { seconds, cpu } = match.imported;
  return {
    name: `import of ${shown(match.tickets)} rows`,
    value: seconds,
    unit: 's',
    reference: null,
    judged: seconds,
    target: { is: '≤', than: secondsMax },
    cpu,
    detail: `${shown(match.tickets / seconds)} rows/s, from the first byte sent to the report`,
  };
}

/** The whole list to a lane that has none: seconds and bytes on the wire. */
export async function measureList(match: Match): Promise<Figure[]> {
  const token = match.lanes[0]?.token ?? '';
  let bytes = 0;
  let pages = 0;
  const { seconds, cpu } = await withCost(match.server, async () => {
    let since = '';
    for (;;) {
      const page = await listPage(match, token, since);
      bytes += page.wireBytes;
      pages += 1;
      if (!page.hasMore) return;
      since = page.cursor;
    }
  });
  const name = `whole list of ${shown(match.tickets)} tickets`;
  const common = { reference: null, cpu, detail: `${pages} pages, zstd` };
  return [
    {
      ...common,
      name: `${name}: on the wire`,
      value: bytes / 1e6,
      unit: 'MB',
      judged: bytes / 1e6,
      target: { is: '≤', than: 2.5 },
    },
    {
      ...common,
      name: `${name}: time`,
      value: seconds,
      unit: 's',
      judged: seconds,
      target: { is: '≤', than: 2 },
    },
  ];
}

async function listPage(match: Match, token: string, since: string) {
  const { promisify } = await import('node:util');
  const { zstdDecompress } = await import('node:zlib');
  const query = since === '' ? '' : `?since=${encodeURIComponent(since)}`;
  const url = `${match.server.url}/api/v1/events/${match.eventId}/list${query}`;
  const parts = await new Promise<Buffer[]>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'zstd' };
    get(url, { headers }, (response) => {
      const received: Buffer[] = [];
      response.on('data', (part: Buffer) => received.push(part));
      response.on('end', () => resolve(received));
      response.on('error', reject);
    }).on('error', reject);
  });
  const wire = Buffer.concat(parts);
  const plain = await promisify(zstdDecompress)(wire);
  const { cursor, hasMore } = JSON.parse(plain.toString('utf8')) as {
    cursor: string;
    hasMore: boolean;
  };
  return { wireBytes: wire.length, cursor, hasMore };
}

/** Every code of the match as SVG, through the export. */
export async function measureSymbols(match: Match): Promise<Figure> {
  const { cpu, seconds, result } = await withCost(match.server, () =>
    asAdmin(match.server, (admin) =>
      admin.request({
        path: `/api/v1/events/${match.eventId}/tickets/export?format=svg`,
        method: 'GET',
      }),
    ),
  );
  if (result.status !== 200) throw new Error(`the export answers ${result.status}`);
  return {
    name: `${shown(match.tickets)} codes as SVG`,
    value: cpu.server,
    unit: 'CPU-s',
    reference: null,
    judged: cpu.server,
    target: { is: '≤', than: 20 },
    cpu,
    detail: `${shown(seconds)} s, ${shown(result.body.length / 1e6)} MB`,
  };
}
