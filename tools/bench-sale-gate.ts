// `npm run bench:sales-gate`: scans of one match while another's sale is asked ten times what the node serves, beside
// the same scans without it. Writes its part of docs/benchmarks-sales.md.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { median } from '#drill/bench/figure.ts';
import type { DrillClient } from '#drill/drill-client.ts';
import {
  type FloodReport,
  type FloodRequests,
  runFloodDrill,
  type Turn,
} from '#drill/flood/flood-drill.ts';
import { STOLEN_MAX } from '#drill/flood/flood-ratios.ts';
import type { Request } from '#drill/load/connection.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { writePart } from '#testing/bench-report.ts';
import {
  areasOf,
  eventIn,
  LARGE_SEATS,
  largeLayout,
  manifestOf,
  saleOf,
} from '#testing/sale-ground.ts';

const RATIO_MAX = 1.5;
const SCANS_PER_SECOND = 50;
const TIMES = 10;
/** The slowest hundredth of one turn is five scans: many turns say what one does not. */
const ROUNDS = 12;
const TURN_MS = 10_000;
/** More than are served in a turn. */
const BUYERS = 12_000;
/** Long enough to be felt as taken, short enough that the ground never sells out. */
const HOLD_SECONDS = 60;
const EVENT = 'onsale';

/** Of ten buyers four hold two seats, four look what is left, two look at the sale. */
async function shopRequests(client: DrillClient): Promise<FloodRequests> {
  const layout = largeLayout();
  const ask = (method: string, address: string, body: unknown, headers = {}) =>
    client.ask({ method, path: address, body, headers });
  await ask('PUT', `/api/v1/events/${EVENT}`, eventIn(layout, EVENT));
  const csv = { 'content-type': 'text/csv' };
  await ask('POST', '/api/v1/grounds/stadium/layouts/import', manifestOf(layout), csv);
  const { ground, version } = layout;
  const file = saleOf({
    ...{ layout: { ground, version }, areas: areasOf(layout) },
    holds: { seconds: HOLD_SECONDS },
  });
  const publish = { file, replaces: 0, reason: 'bench' };
  await ask('PUT', `/api/v1/events/${EVENT}/sale`, publish);
  const all = buyers();
  return { known: all, all, fresh: buyers };
}

/** A hold is made once for each request: nobody comes twice. */
function buyers(): Request[] {
  return Array.from({ length: BUYERS }, (_, buyer): Request => {
    if (buyer % 5 === 4) return { method: 'GET', path: shopPaths.event(EVENT) };
    if (buyer % 5 >= 2) return { method: 'GET', path: shopPaths.availability(EVENT) };
    const cart = `buyer-${randomUUID()}`;
    const headers = { 'kaimen-cart': cart, 'idempotency-key': `"${randomUUID()}"` };
    const body = { best: { types: [{ type: 'adult', count: 2 }] } };
    return { path: shopPaths.holds(EVENT), body, headers };
  });
}

const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-sale-gate-'));
// PostgreSQL, which never runs as root, must reach its files in here.
chmodSync(dir, 0o755);
try {
  const size = { rounds: ROUNDS, turnMs: TURN_MS, scansPerSecond: SCANS_PER_SECOND, lanes: 16 };
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const report = await runFloodDrill(
    path.join(dir, 'data'),
    { ...size, times: TIMES, asks: shopRequests },
    say,
  );
  const part = partOf(report);
  process.stdout.write(part);
  if (!process.argv.includes('--dry')) writePart('The gate of another match beside a sale', part);
  process.exitCode = (report.own ?? report).ratio <= RATIO_MAX ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function partOf(report: FloodReport): string {
  const { calm, beside, flooded } = report;
  const rows = calm.map((turn, at) => {
    const other = beside[at];
    const sale = flooded[at];
    const told = sale?.flood;
    const rate = (count = 0) => Math.round(count / (told?.seconds ?? 1));
    const p99 = [turn, other, sale].map((one) => one?.scanP99Ms.toFixed(1) ?? '–').join(' | ');
    const stolen = [turn, other, sale].map((one) => percentOf(one?.stolen)).join(' · ');
    return `| ${at + 1} | ${p99} | ${rate(told?.served)} | ${rate(told?.shed)} | ${stolen} |`;
  });
  const failed = [...calm, ...beside, ...flooded].reduce((sum, one) => sum + one.scansFailed, 0);
  const middle = (turns: readonly Turn[]) =>
    median(turns.map(({ scanP99Ms }) => scanP99Ms)).toFixed(1);
  return `Taken ${new Date().toISOString()} by \`npm run bench:sales-gate\` on ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}: one node, its PostgreSQL, the
lanes and the buyers on the same machine. ${SCANS_PER_SECOND} scans a second at one match, by 16 lanes, at a rate that waits for nobody, with journals, lists and controls beside them.
A ground of ${LARGE_SEATS} seats is on sale at the same node; holds of two seats, availability and pages are asked ${TIMES} times as fast as the node serves them when it
has nothing else to do (${Math.round(report.capacityPerSecond)} a second). In the turns “beside”, the same flood goes to a bare program on the same cores: what the machine alone takes.
The last column is the part of one core that the host of this machine gave to others, in each of the three turns.

| round | scan p99 without, ms | flood beside, ms | with the sale, ms | served a second | turned away a second | taken by others of the host |
|---|---|---|---|---|---|---|
${rows.join('\n')}

| | wanted | taken |
|---|---|---|
| scan p99 with the sale ÷ without, ${ownWords(report)} | ≤ ${RATIO_MAX} | **${report.own?.ratio.toFixed(2) ?? '–'}** |
| the same, median of all rounds | | ${report.ratio.toFixed(2)} (${middle(flooded)} ms to ${middle(calm)} ms) |
| with the sale ÷ with the same flood at a bare program beside | | ${report.ratioBeside.toFixed(2)} |
| good tickets that were not admitted | 0 | ${failed} |
`;
}

function ownWords({ own }: FloodReport): string {
  const most = percentOf(STOLEN_MAX);
  return own === null
    ? `turns in which others of the host had ${most} of a core at most: too few`
    : `medians of the ${own.calm} calm and ${own.flooded} other turns in which others of the host had ${most} of a core at most`;
}

function percentOf(share = Number.NaN): string {
  return `${(share * 100).toFixed(0)} %`;
}
