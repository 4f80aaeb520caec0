// Large files: how long they take, and what is left of one that did not arrive.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DrillClient } from '#drill/drill-client.ts';
import { FiledMatch } from '#drill/filed-match.ts';
import { ServerProcess } from '#drill/server-process.ts';
import type { ImportReport } from '#protocol/tickets.ts';
import { openTemporaryDirectory } from '#testing/postgres-process.ts';

const scratch = openTemporaryDirectory();
let server: ServerProcess;
let client: DrillClient;

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
  client = await DrillClient.open(server.url, 4, server.adminToken);
});

after(async () => {
  client?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

function counts({ rows, added, changed, unchanged, bad, missing }: ImportReport) {
  return { rows, added, changed, unchanged, bad, missing };
}

test('whoever hangs up in mid-file has imported nothing', async () => {
  const match = await FiledMatch.open(client, 'hang-up');
  await sendHalf(match, 20_000);
  await delay(300);
  assert.equal(await match.ticketCount(), 0);
});

test('80,000 rows arrive whole; a server killed in the middle has taken none', async (t) => {
  const match = await FiledMatch.open(client, 'large');
  await sendHalf(match, 40_000, 'keep');
  await until(async () => (await staged()) >= 20_000);
  await server.kill();
  server = await ServerProcess.start(server.dataDir, server.port);
  assert.equal(await match.ticketCount(), 0);
  await until(async () => (await staged()) === 0);

  const startedAt = performance.now();
  assert.deepEqual(counts(await match.take(header() + seatsOf(0, 80_000), '')), {
    ...{ rows: 80_000, added: 80_000, changed: 0, unchanged: 0, bad: 0, missing: 0 },
  });
  t.diagnostic(`80,000 rows: ${Math.round(performance.now() - startedAt)} ms`);
  const small = performance.now();
  const delta = await match.take(header() + seatsOf(79_990, 80_010));
  assert.deepEqual([delta.unchanged, delta.added], [10, 10]);
  t.diagnostic(`a delta of 20: ${Math.round(performance.now() - small)} ms`);
});

function header(): string {
  return 'ticket_ref,type,section,row,seat,holder_name,phone\n';
}

function seatsOf(from: number, to: number): string {
  let rows = '';
  for (let n = from; n < to; n++) rows += `L-${n},adult,N101,${n % 40},${n % 900},张${n},138${n}\n`;
  return rows;
}

/** Sends so many rows of a file that promises more, then breaks the line, or holds it. */
async function sendHalf(match: FiledMatch, rows: number, line: 'break' | 'keep' = 'break') {
  const half = header() + seatsOf(0, rows);
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  const head =
    `POST ${match.path}/tickets/import HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\n` +
    `authorization: Bearer ${server.adminToken}\r\ncontent-length: ${half.length * 4}\r\n\r\n`;
  await new Promise<void>((resolve) => socket.write(head + half, () => resolve()));
  if (line === 'break') socket.destroy();
}

async function staged(): Promise<number> {
  const host = readFileSync(path.join(server.dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  const direct = new pg.Client({
    host: host.split('\n')[4] ?? '',
    user: 'kaimen',
    database: 'kaimen',
    connectionTimeoutMillis: 5_000,
  });
  await direct.connect();
  try {
    const { rows } = await direct.query<{ count: string }>('SELECT count(*) FROM staged_tickets');
    return Number(rows[0]?.count);
  } finally {
    await direct.end();
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isSo()) return;
    await delay(100);
  }
  assert.fail('it never came to be');
}
