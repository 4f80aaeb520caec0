// Seats that a sale keeps back until a day, by two nodes that share nothing but the database.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#domain/kernel/instant.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { putOnSale, saleLayout } from '../../testing/sale-ground.ts';
import { askForHold } from './hold-asks.ts';
import { Sales } from './sales.ts';

let database: TestDatabase;
let nodes: readonly HubNode[];
let sales: readonly Sales[];

before(async () => {
  database = await testDatabase();
  const now = Date.now() as Instant;
  nodes = [
    await HubNode.open(database, { now }),
    await HubNode.open(database, { now, name: 'node-2' }),
  ];
  sales = nodes.map((node) => new Sales(node.context));
});

after(async () => {
  for (const one of sales) one.stop();
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('an allotment ends by itself on its day, and what is left of it is for everybody', async () => {
  const [here, there] = sales;
  const [node] = nodes;
  assert.ok(here !== undefined && there !== undefined && node !== undefined);
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
  const until = inMs(2_500);
  const desk = {
    channel: 'box-office',
    opensAt: inMs(-60_000),
    closesAt: inMs(3_600_000),
  } as const;
  const allotments = [
    { name: 'partner', seats: [0, 1], until },
    { name: 'press', seats: [2] },
  ];
  const event = await putOnSale(node, saleLayout(2, 20), {
    allotments,
    channels: [desk],
  });
  const hold = async (at: Sales, seat: number) => {
    const wish = { seats: [{ seat, type: 'adult' }] };
    const ask = { cart: randomUUID(), request: randomUUID(), channel: 'box-office', wish } as const;
    const made = await at.line(event).ask(askForHold(ask));
    return made.kind === 'refused' ? made.reason : made.kind;
  };
  for (const at of [here, there]) assert.equal(await hold(at, 0), 'seat-taken');
  await sleep(2_600);
  assert.equal(await hold(there, 1), 'held');
  assert.equal(await hold(here, 0), 'held');
  assert.equal(await hold(here, 1), 'seat-taken');
  assert.equal(await hold(here, 2), 'seat-taken', 'kept for good');
});
