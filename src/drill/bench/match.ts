// A match on a server: event, tickets, lanes and codes, made through the API as an operator would.
import { type Connections, openConnections } from '#drill/load/connections.ts';
import type { ServerProcess } from '#drill/server-process.ts';
import { eventFileOf, lanesOf, type Stand, ticketFileOf } from './ground.ts';
import { type CpuSeconds, withCost } from './processes.ts';

export type BenchLane = {
  readonly stand: Stand;
  readonly lane: string;
  readonly token: string;
};

export type Match = {
  readonly server: ServerProcess;
  readonly eventId: string;
  readonly tickets: number;
  readonly lanes: readonly BenchLane[];
  /** Codes not yet presented, by stand, in random order; senders take from the end. */
  readonly codes: ReadonlyMap<Stand, string[]>;
  readonly imported: { readonly seconds: number; readonly cpu: CpuSeconds };
};

/** Commands that read a whole ticket file may be silent for as long as this. */
export const LONG_COMMAND_MS = 180_000;

export async function asAdmin<T>(
  server: ServerProcess,
  work: (admin: Connections) => Promise<T>,
): Promise<T> {
  const admin = await openConnections(server.url, 4, server.adminToken, {
    timeoutMs: LONG_COMMAND_MS,
  });
  return await work(admin).finally(() => admin.close());
}

export async function openMatch(
  server: ServerProcess,
  options: { readonly eventId: string; readonly tickets: number; readonly lanes: number },
): Promise<Match> {
  const { eventId, tickets } = options;
  return await asAdmin(server, async (admin) => {
    await openEvent(admin, eventId);
    const imported = await importTickets(server, admin, eventId, ticketFileOf(tickets));
    const lanes = await Promise.all(
      lanesOf(options.lanes).map(async ({ stand, gate, lane }) => {
        const body = { event: eventId, gate, lane };
        const { token } = await admin.json<{ token: string }>({ path: '/api/v1/devices', body });
        return { stand, lane, token };
      }),
    );
    const codes = await exportCodes(admin, eventId);
    return { server, eventId, tickets, lanes, codes, imported };
  });
}

export async function openEvent(admin: Connections, eventId: string): Promise<void> {
  const path = `/api/v1/events/${eventId}`;
  await admin.json({ method: 'PUT', path, body: eventFileOf(eventId) });
  await admin.json({ method: 'POST', path: `${path}/open` });
}

export async function importTickets(
  server: ServerProcess,
  admin: Connections,
  eventId: string,
  file: Buffer,
): Promise<Match['imported']> {
  const { seconds, cpu, result } = await withCost(server, () =>
    admin.json<{ bad: number }>({
      method: 'POST',
      path: `/api/v1/events/${eventId}/tickets/import`,
      body: file,
      headers: { 'content-type': 'text/csv' },
    }),
  );
  if (result.bad !== 0) throw new Error(`${result.bad} rows of our own file were refused`);
  return { seconds, cpu };
}

async function exportCodes(admin: Connections, eventId: string): Promise<Map<Stand, string[]>> {
  const path = `/api/v1/events/${eventId}/tickets/export?format=csv`;
  const { status, body } = await admin.request({ path });
  if (status !== 200) throw new Error(`the export answers ${status}: ${body.slice(0, 300)}`);
  const [header = '', ...rows] = body.replace(/^\uFEFF/, '').split(/\r?\n/);
  const columns = header.split(',');
  const [codeAt, standAt] = [columns.indexOf('code'), columns.indexOf('stand')];
  const codes = new Map<Stand, string[]>();
  for (const row of rows) {
    if (row === '') continue;
    const cells = row.split(',');
    const stand = cells[standAt] as Stand;
    const known = codes.get(stand);
    if (known === undefined) codes.set(stand, [cells[codeAt] ?? '']);
    else known.push(cells[codeAt] ?? '');
  }
  for (const list of codes.values()) shuffle(list);
  return codes;
}

/** The same order in every run: a figure must not depend on luck. */
function shuffle(list: string[]): void {
  let state = 20_261_129;
  for (let at = list.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (at + 1);
    [list[at], list[other]] = [list[other] ?? '', list[at] ?? ''];
  }
}
