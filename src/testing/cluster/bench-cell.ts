// `npm run bench:cell`: claims a second on PostgreSQL and on a cell of etcd, each beside what the engine itself does
// in the same minutes: commits one after the other, and plain puts as many at once. Writes docs/benchmarks-cell.md.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Etcd } from '#server/cell/etcd.ts';
import { put } from '#server/cell/wire.ts';
import { CLAIM_OPTIONS } from '#server/open-database.ts';
import { deviceAt } from '#server/platform/principal.ts';
import { moveToCell } from '#testing/cell-event.ts';
import { derbyFile, derbyTickets } from '#testing/derby.ts';
import { at } from '#testing/entry.ts';
import { HubNode } from '#testing/hub-node.ts';
import { measuredDatabase, type TestDatabase } from '#testing/postgres.ts';
import { EtcdCluster, missingEtcd } from './etcd-cluster.ts';

const ROUNDS = 9;
const TURN_MS = 2_000;
/** Lanes of a ground of 100,000: twice as many as let it in within the hour at 660 people each. */
const AT_ONCE = 300;
/** More than are claimed in all turns. */
const TICKETS = { postgres: 320_000, etcd: 50_000 };

type Turn = { readonly claims: number; readonly reference: number; readonly p99Ms: number };

/** Rows and keys of the references: each has a name of its own. */
let written = 0;

const missing = missingEtcd();
await using database = await measuredDatabase();
const onPostgres = await measure(database, null);
const onEtcd = missing === null ? await onCell(database) : null;
const report = reportOf(onPostgres, onEtcd);
process.stdout.write(report);
if (missing === null && !process.argv.includes('--dry')) {
  writeFileSync(new URL('../../../docs/benchmarks-cell.md', import.meta.url), report);
}
process.exit(isMet(onPostgres, 3) && (onEtcd === null || isMet(onEtcd, 0.6)) ? 0 : 1);

async function onCell(own: TestDatabase): Promise<Turn[]> {
  await using cluster = await EtcdCluster.start(
    ['a', 'b', 'c'].map((name) => ({ name, host: '127.0.0.1' })),
  );
  return await measure(own, cluster);
}

async function measure(own: TestDatabase, cluster: EtcdCluster | null): Promise<Turn[]> {
  const cell =
    cluster === null
      ? null
      : { endpoints: cluster.endpoints, prefix: '/kaimen', venue: [], tls: {}, login: null };
  await using node = await HubNode.open(own, {
    now: at('18:00'),
    options: CLAIM_OPTIONS,
    ...(cell === null ? {} : { cell }),
  });
  const id = cluster === null ? 'bench-postgres' : 'bench-etcd';
  const file = derbyFile({ id });
  const event = await node.importEvent(file);
  const tickets = cluster === null ? TICKETS.postgres : TICKETS.etcd;
  await node.importTickets(event, file, derbyTickets(tickets, ['adult']));
  // Tickets are there for days before a match; that PostgreSQL tidies up behind their import is not part of it.
  await own.pool.query('VACUUM ANALYZE');
  await node.setStatus(event, 'open');
  if (cell !== null) await moveToCell([node], event);
  using plain = cell === null ? null : new Etcd(cell);
  const turns: Turn[] = [];
  let serial = 0;
  // Codes are minted before: fans bring theirs.
  const codes = await Promise.all(
    Array.from({ length: tickets }, (_, at) => node.code(event, at + 1)),
  );
  const place = { eventNumber: event, eventId: id, gate: 'N1', lane: null };
  const devices = Array.from({ length: AT_ONCE }, (_, lane) =>
    deviceAt({ id: `${id}-${lane}`, ...place }),
  );
  const claim = async (lane: number) => {
    const device = devices[lane];
    if (device === undefined) throw new Error('there is a device for each lane');
    serial += 1;
    const answer = await node.answer(device, `s-${serial}`, codes[serial - 1] ?? '');
    // Reading it is the lane's work, which a lane does elsewhere.
    if (!answer.includes('"verdict":"admitted"')) {
      throw new Error(`ticket ${serial} was not admitted: ${answer}`);
    }
  };
  await loop(AT_ONCE, TURN_MS, claim);
  for (let round = 0; round < ROUNDS; round++) {
    const reference =
      plain === null
        ? await loop(1, TURN_MS, () => commitOne(own, serial, round))
        : await loop(AT_ONCE, TURN_MS, (lane) => putOne(plain, lane, round));
    await pause(200);
    const claims = await loop(AT_ONCE, TURN_MS, claim);
    turns.push({ claims: claims.perSecond, reference: reference.perSecond, p99Ms: claims.p99Ms });
  }
  return turns;
}

/** A durable commit of one row of the size of a verdict. */
async function commitOne(own: TestDatabase, serial: number, round: number): Promise<void> {
  written += 1;
  await own.pool.query('INSERT INTO replica_state (what, value) VALUES ($1, $2)', [
    `bench-${round}-${serial}-${written}`,
    'x'.repeat(900),
  ]);
}

async function putOne(etcd: Etcd, lane: number, round: number): Promise<void> {
  written += 1;
  await etcd.txn([], [put(`/bench/${round}/${lane}/${written}`, 'x'.repeat(900))], [], {
    withinMs: 5_000,
  });
}

async function loop(
  atOnce: number,
  ms: number,
  once: (lane: number) => Promise<void>,
): Promise<{ perSecond: number; p99Ms: number }> {
  const until = performance.now() + ms;
  const times: number[] = [];
  const startedAt = performance.now();
  const lanes = Array.from({ length: atOnce }, async (_, lane) => {
    while (performance.now() < until) {
      const from = performance.now();
      await once(lane);
      times.push(performance.now() - from);
    }
  });
  await Promise.all(lanes);
  times.sort((a, b) => a - b);
  const p99Ms = times[Math.floor(times.length * 0.99)] ?? 0;
  return { perSecond: (times.length * 1_000) / (performance.now() - startedAt), p99Ms };
}

function ratioOf(turns: readonly Turn[]): number {
  return median(turns.map(({ claims, reference }) => claims / reference));
}

function isMet(turns: readonly Turn[], target: number): boolean {
  return ratioOf(turns) >= target;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function reportOf(postgres: readonly Turn[], etcd: readonly Turn[] | null): string {
  const version = /etcd Version: (\S+)/.exec(
    spawnSync('etcd', ['--version']).stdout?.toString() ?? '',
  );
  const row = (name: string, turns: readonly Turn[], target: number, against: string) =>
    `| ${name} | ${Math.round(median(turns.map(({ claims }) => claims)))} | ${Math.round(median(turns.map(({ reference }) => reference)))} ${against} | ${ratioOf(turns).toFixed(2)} | ≥ ${target} | ${isMet(turns, target) ? 'yes' : '**no**'} | ${median(turns.map(({ p99Ms }) => p99Ms)).toFixed(1)} ms |`;
  const lines = [
    '# Benchmarks: claims a second',
    '',
    `Written by \`npm run bench:cell\` on ${new Date().toISOString().slice(0, 10)}. The claim store below HTTP: ${AT_ONCE} lanes that never rest, new`,
    `tickets of a match, each verdict durable before it is answered; medians of ${ROUNDS} turns of ${TURN_MS / 1_000} s, each beside a turn of the`,
    `engine alone, with the product’s own settings. ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}; three members of etcd ${version?.[1] ?? '(none)'} on the same machine as everything else.`,
    '',
    '| store | claims a second | the engine alone | ratio | target | met | p99 of a claim |',
    '|---|---|---|---|---|---|---|',
    row('PostgreSQL', postgres, 3, 'serial commits'),
    ...(etcd === null ? [] : [row('etcd, three members', etcd, 0.6, `puts, ${AT_ONCE} at once`)]),
    '',
  ];
  return lines.join('\n');
}
