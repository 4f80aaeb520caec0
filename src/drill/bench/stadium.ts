// A full stadium's tickets as a whole: imported, carried to a new lane, drawn as codes.
import { createHash } from 'node:crypto';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Connections, openConnections } from '#drill/load/connections.ts';
import type { ServerProcess } from '#drill/server-process.ts';
import type { ListPage } from '#protocol/ticket-list.ts';
import { type Figure, median } from './figure.ts';
import { ticketFileOf } from './ground.ts';
import {
  asAdmin,
  importTickets,
  LONG_COMMAND_MS,
  type Match,
  openEvent,
  openMatch,
} from './match.ts';
import { type CpuSeconds, withCost } from './processes.ts';
import type { Size } from './size.ts';

const LIST_READINGS = 3;

export async function measureStadium(server: ServerProcess, size: Size): Promise<Figure[]> {
  const imported = [];
  for (let number = 1; number < size.stadiumImports; number++) {
    imported.push(await importAlone(server, `stadium-${number}`, size.stadiumTickets));
  }
  const match = await openMatch(server, {
    eventId: 'stadium',
    tickets: size.stadiumTickets,
    lanes: LIST_READINGS,
  });
  imported.push(match.imported);
  return [
    importFigure('import-stadium', size.stadiumTickets, imported, 4),
    ...(await listFigures(match)),
    await codesFigure(match),
  ];
}

async function importAlone(server: ServerProcess, eventId: string, tickets: number) {
  return await asAdmin(server, async (admin) => {
    await openEvent(admin, eventId);
    return await importTickets(server, admin, eventId, ticketFileOf(tickets));
  });
}

export function importFigure(
  id: string,
  tickets: number,
  runs: readonly Match['imported'][],
  secondsMax: number,
): Figure {
  const seconds = median(runs.map((run) => run.seconds));
  return {
    id,
    name: `Import of ${tickets.toLocaleString('en')} rows with holders, until all of it is durable`,
    value: seconds,
    unit: 's',
    target: { atMost: secondsMax },
    against: runs.length === 1 ? 'one import' : `median of ${runs.length} imports into new events`,
    parts: {
      rowsPerSecond: tickets / seconds,
      seconds: runs.map((run) => run.seconds),
    },
    cpu: {
      server: median(runs.map((run) => run.cpu.server)),
      postgres: median(runs.map((run) => run.cpu.postgres)),
    },
  };
}

type Reading = { readonly wireBytes: number; readonly seconds: number; readonly cpu: CpuSeconds };

/** As a new lane takes it: page by page, compressed, unpacked, and checked against count and hash. */
async function listFigures(match: Match): Promise<Figure[]> {
  const readings: Reading[] = [];
  for (const { token } of match.lanes.slice(0, LIST_READINGS)) {
    const lane = await openConnections(match.server.url, 1, token);
    const { result, seconds, cpu } = await withCost(match.server, () => readList(lane, match));
    lane.close();
    readings.push({ wireBytes: result, seconds, cpu });
  }
  const megabytes = median(readings.map((reading) => reading.wireBytes / 1e6));
  const common = {
    unit: 's',
    against: `median of ${readings.length} new lanes, each with a connection of its own`,
    cpu: {
      server: median(readings.map(({ cpu }) => cpu.server)),
      postgres: median(readings.map(({ cpu }) => cpu.postgres)),
    },
  };
  const tickets = match.tickets.toLocaleString('en');
  return [
    {
      ...common,
      id: 'list-bytes',
      name: `Full list of ${tickets} tickets to a new lane, on the wire`,
      value: megabytes,
      unit: 'MB',
      target: { atMost: 2.5 },
      parts: { bytesPerTicket: (megabytes * 1e6) / match.tickets },
    },
    {
      ...common,
      id: 'list-seconds',
      name: `Full list of ${tickets} tickets to a new lane, unpacked and checked`,
      value: median(readings.map((reading) => reading.seconds)),
      target: { atMost: 2 },
      parts: { seconds: readings.map((reading) => reading.seconds) },
    },
  ];
}

async function readList(lane: Connections, match: Match): Promise<number> {
  let wireBytes = 0;
  const changes = new Map<number, number>();
  let since = '';
  for (;;) {
    const answer = await lane.request({
      path: `/api/v1/events/${match.eventId}/list${since}`,
      headers: { 'accept-encoding': 'zstd, gzip' },
    });
    if (answer.status !== 200) throw new Error(`the list answers ${answer.status} ${answer.body}`);
    wireBytes += answer.wireBytes;
    const page = JSON.parse(unpacked(answer.bytes, answer.headers)) as ListPage;
    for (const [serial, change] of page.tickets) changes.set(serial, change);
    if (!page.hasMore) {
      requireWhole(changes, page.whole, match.tickets);
      return wireBytes;
    }
    since = `?since=${encodeURIComponent(page.cursor)}`;
  }
}

function unpacked(bytes: Buffer, headers: ReadonlyMap<string, string>): string {
  const encoding = headers.get('content-encoding');
  if (encoding === 'zstd') return zstdDecompressSync(bytes).toString('utf8');
  return (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}

function requireWhole(
  changes: ReadonlyMap<number, number>,
  whole: ListPage['whole'],
  tickets: number,
): void {
  const text = [...changes]
    .sort(([a], [b]) => a - b)
    .map(([serial, change]) => `${serial}:${change},`)
    .join('');
  const hash = createHash('sha256').update(text).digest('hex');
  const isWhole = whole?.count === changes.size && whole.hash === hash;
  if (!isWhole || changes.size !== tickets) throw new Error('the list is not the whole list');
}

async function codesFigure(match: Match): Promise<Figure> {
  const admin = await openConnections(match.server.url, 1, match.server.adminToken, {
    timeoutMs: LONG_COMMAND_MS,
    keepsBodies: false,
  });
  const path = `/api/v1/events/${match.eventId}/tickets/export?format=svg`;
  const { result, seconds, cpu } = await withCost(match.server, () => admin.request({ path }));
  admin.close();
  if (result.status !== 200) throw new Error(`the export answers ${result.status}`);
  return {
    id: 'codes',
    name: `${match.tickets.toLocaleString('en')} codes as SVG, exported`,
    value: cpu.server + cpu.postgres,
    unit: 'CPU-s',
    target: { atMost: 20 },
    against: 'one export; CPU-seconds of server and PostgreSQL together',
    parts: { seconds, bytesEach: result.wireBytes / match.tickets },
    cpu,
  };
}
