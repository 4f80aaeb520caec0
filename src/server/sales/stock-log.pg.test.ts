// What a node remembers of a stock, and what makes it read everything anew.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { bestOf, SaleBuyer } from '../../testing/sale-buyer.ts';
import { putOnSale, saleLayout } from '../../testing/sale-ground.ts';
import { askForHold, askToRelease } from './hold-asks.ts';
import { Sales } from './sales.ts';
import { pruneLog } from './stock-store.ts';

let database: TestDatabase;
let nodes: readonly HubNode[];

before(async () => {
  database = await testDatabase();
  const now = Date.now() as Instant;
  const names = ['node-1', 'node-2'];
  nodes = await Promise.all(names.map((name) => HubNode.open(database, { now, name })));
});

after(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('what nobody will read is forgotten; a node that was away sells no seat twice all the same', async () => {
  const [here, there] = nodes.map((node) => new Sales(node.context));
  const [node] = nodes;
  assert.ok(here !== undefined && there !== undefined && node !== undefined);
  // Neither looks by itself while the other sells.
  for (const sales of [here, there]) sales.stop();
  const event = await putOnSale(node, saleLayout(2, 10), {
    areas: [{ category: 'b', section: 'N103' }],
  });
  const seats: number[] = [];
  const hold = async (sales: Sales) => {
    const made = await new SaleBuyer(sales, event).hold(bestOf(2));
    assert.ok(made.kind === 'held');
    seats.push(...made.hold.places.map(({ seat }) => seat ?? -1));
  };
  await hold(there);
  for (let time = 0; time < 5; time++) await hold(here);
  const { revision } = await here.line(event).look();
  const kept = 2;
  const gone = await pruneLog(database.pool, event, revision, kept);
  assert.equal(gone, revision - kept);
  await hold(there);
  assert.equal(new Set(seats).size, seats.length);
  assert.equal((await there.line(event).look()).heldSeats, seats.length);
});

test('a request that comes again after its hold has ended is told so, and costs nobody the memory', async () => {
  const [node] = nodes;
  assert.ok(node !== undefined);
  const sales = new Sales(node.context);
  sales.stop();
  const areas = [{ category: 'b', section: 'N103' }];
  const line = sales.line(await putOnSale(node, saleLayout(2, 10), { areas }, 'again'));
  const ask = { cart: 'cart', request: 'the-same', channel: 'web', wish: bestOf(2) } as const;
  const first = await line.ask(askForHold(ask));
  assert.ok(first.kind === 'held');
  await line.ask(askToRelease(first.hold.id, 'cart'));
  const memory = await line.look();
  const [again, other] = await Promise.all([
    line.ask(askForHold(ask)),
    line.ask(askForHold({ ...ask, cart: 'other', request: 'another' })),
  ]);
  assert.deepEqual(again, { kind: 'refused', reason: 'hold-over', seats: [] });
  assert.equal(other.kind, 'held');
  assert.equal(await line.look(), memory);
});
