// `npm run bench:sales`: seats held and orders paid a second on PostgreSQL, beside what the same PostgreSQL does in
// the same minutes one commit after the other, and a herd that buys a small ground out. Without HTTP: what the
// stock itself can. Writes its part of docs/benchmarks-sales.md.
import assert from 'node:assert/strict';
import { availableParallelism, cpus } from 'node:os';
import type { Instant } from '#domain/kernel/instant.ts';
import { booksOf } from '#server/sales/sale-books.ts';
import { Sales } from '#server/sales/sales.ts';
import { writePart } from './bench-report.ts';
import { HubNode } from './hub-node.ts';
import { measuredDatabase, type TestDatabase } from './postgres.ts';
import { ADULT_MINOR, bestOf, SaleBuyer } from './sale-buyer.ts';
import { LARGE_SEATS, largeLayout, putOnSale, saleLayout } from './sale-ground.ts';

const ROUNDS = 5;
const TURN_MS = 2_000;
/** As many as the sale of `test/scenarios/onsale.test.ts` has. */
const HOLDING_AT_ONCE = 1_000;
const BUYING_AT_ONCE = 128;
const SEATS_EACH = 2;
const HERD = 160;
/** N103 and N104 of 200 rows of 20 seats. */
const HERD_ROWS = 200;
const HERD_SEATS = 2 * HERD_ROWS * 20;
const WANTED = { ratio: 3, paidPerSecond: 250, refusedShare: 0.01 } as const;

type Round = { readonly commits: number; readonly seats: number; readonly paid: number };
type Herd = { readonly seats: number; readonly asked: number; readonly wronglyRefused: number };

await using database = await measuredDatabase();
await using node = await HubNode.open(database, { now: Date.now() as Instant });
const sales = new Sales(node.context);
const rounds: Round[] = [];
await database.pool.query('CREATE TABLE reference_rows (n integer PRIMARY KEY, text text)');
for (let round = 0; round < ROUNDS; round++) {
  const event = await putOnSale(node, largeLayout(), {}, `round-${round}`);
  await sales.line(event).shown();
  const commits = await serialCommits(database, round);
  const seats = await seatsHeld(event);
  const paying = await putOnSale(node, largeLayout(), {}, `paid-${round}`);
  await sales.line(paying).shown();
  const paid = await ordersPaid(paying);
  rounds.push({ commits, seats, paid });
  process.stderr.write(`round ${round + 1}: ${JSON.stringify(rounds.at(-1))}\n`);
}
const herd = await herdBuys();
sales.stop();
const report = reportOf(rounds, herd);
process.stdout.write(report);
if (!process.argv.includes('--dry')) {
  writePart('Without HTTP', report);
}
process.exit(isMet(rounds, herd) ? 0 : 1);

/** One row, one commit, one after the other: what a shop without batches would have. */
async function serialCommits(own: TestDatabase, round: number): Promise<number> {
  const client = await own.pool.connect();
  let done = 0;
  const startedAt = performance.now();
  while (performance.now() - startedAt < TURN_MS) {
    await client.query({
      name: 'reference',
      text: 'INSERT INTO reference_rows VALUES ($1, $2)',
      values: [round * 1_000_000 + done, 'held'],
    });
    done += 1;
  }
  client.release();
  return perSecond(done, startedAt);
}

async function seatsHeld(event: number): Promise<number> {
  let seats = 0;
  const startedAt = performance.now();
  await together(HOLDING_AT_ONCE, async () => {
    while (performance.now() - startedAt < TURN_MS) {
      const made = await new SaleBuyer(sales, event).hold(bestOf(SEATS_EACH));
      if (made.kind === 'refused') return;
      seats += SEATS_EACH;
    }
  });
  assert.ok(seats < LARGE_SEATS, 'the ground was large enough for the turn');
  return perSecond(seats, startedAt);
}

async function ordersPaid(event: number): Promise<number> {
  let paid = 0;
  const startedAt = performance.now();
  await together(BUYING_AT_ONCE, async () => {
    while (performance.now() - startedAt < TURN_MS) {
      const buyer = new SaleBuyer(sales, event);
      const held = await buyer.hold(bestOf(SEATS_EACH));
      assert.ok(held.kind === 'held');
      const made = await buyer.order(held.hold.id, SEATS_EACH);
      assert.ok(made.kind === 'ordered');
      const verdict = await buyer.pay(made.order, SEATS_EACH);
      assert.equal(verdict?.decision, 'paid');
      paid += 1;
    }
  });
  const rate = perSecond(paid, startedAt);
  const books = await booksOf(database.pool, { number: event, id: '' }, Date.now() as Instant);
  assert.deepEqual(books.faults, []);
  assert.equal(books.tickets, paid * SEATS_EACH);
  const cash = books.accounts.find(({ account }) => account === 'cash:sandbox');
  assert.equal(cash?.balanceMinor, paid * SEATS_EACH * ADULT_MINOR);
  return rate;
}

/** Everybody at once, until nothing is left that would fit. */
async function herdBuys(): Promise<Herd> {
  const event = await putOnSale(node, saleLayout(HERD_ROWS, 20), { areas: seated() }, 'herd');
  const line = sales.line(event);
  let [seats, asked, wronglyRefused] = [0, 0, 0];
  await together(HERD, async (buyer) => {
    const count = 1 + (buyer % 6);
    for (;;) {
      const made = await new SaleBuyer(sales, event).hold(bestOf(count));
      asked += 1;
      if (made.kind === 'held') {
        seats += count;
        continue;
      }
      // Refusals are answered in the order of the decisions, so nothing came free in between.
      const fitting = HERD_SEATS - (await line.look()).heldSeats;
      if (fitting >= count) wronglyRefused += 1;
      return;
    }
  });
  return { seats, asked, wronglyRefused };
}

function seated() {
  return ['N103', 'N104'].map((section) => ({ category: 'b', section }));
}

async function together(count: number, work: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

function perSecond(count: number, startedAt: number): number {
  return Math.round((count / (performance.now() - startedAt)) * 1_000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function ratioOf(all: readonly Round[]): number {
  return median(all.map(({ seats, commits }) => seats / commits));
}

function isMet(all: readonly Round[], { asked, wronglyRefused }: Herd): boolean {
  return (
    ratioOf(all) >= WANTED.ratio &&
    median(all.map(({ paid }) => paid)) >= WANTED.paidPerSecond &&
    wronglyRefused / asked <= WANTED.refusedShare
  );
}

function reportOf(all: readonly Round[], { seats, asked, wronglyRefused }: Herd): string {
  const rows = all.map(({ commits, seats: held, paid }, index) => {
    return `| ${index + 1} | ${commits} | ${held} | ${(held / commits).toFixed(2)} | ${paid} |`;
  });
  const share = ((100 * wronglyRefused) / asked).toFixed(2);
  return `Taken ${new Date().toISOString()} by \`npm run bench:sales\` on ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, PostgreSQL with
fsync and the product’s own settings on the same machine, one node, without HTTP. Buyers wait for each answer, which comes after the commit. Each round has a ground of ${LARGE_SEATS} seats of its own.

| round | serial single-row commits/s | seats held/s (${HOLDING_AT_ONCE} buyers, ${SEATS_EACH} each, best available) | ratio | orders paid/s (${BUYING_AT_ONCE} buyers, ${SEATS_EACH} seats each) |
|---|---|---|---|---|
${rows.join('\n')}

| | wanted | taken |
|---|---|---|
| seats held ÷ serial commits, median | ≥ ${WANTED.ratio} | **${ratioOf(all).toFixed(2)}** |
| orders paid a second, median: held, ordered, begun, captured, tickets issued | ≥ ${WANTED.paidPerSecond} | **${median(all.map(({ paid }) => paid))}** |
| herd of ${HERD} on ${HERD_SEATS} seats: refused while as many seats were free | ≤ ${100 * WANTED.refusedShare} % | **${share} %** (${wronglyRefused} of ${asked}; ${seats} seats held) |

After every round of orders the books were read: no seat in two orders, none paid without its seats and tickets, every account as it must be.
`;
}
