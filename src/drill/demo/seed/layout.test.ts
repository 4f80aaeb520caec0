import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLayout } from '#domain/seating/make-layout.ts';
import { seatFinderByName, seatTableOf } from '#domain/seating/seat-table.ts';
import { Chance } from './chance.ts';
import { seedGround } from './ground.ts';
import { seedLayout } from './layout.ts';
import { seedTickets } from './tickets.ts';

test('the layout has the seat of every ticket of the evening, and no other', () => {
  const ground = seedGround();
  const made = makeLayout(seedLayout(ground), 1);
  assert.ok(made.kind === 'made');
  const table = seatTableOf(made.layout);
  assert.equal(table.count, 40_000);
  const find = seatFinderByName(table);
  const taken = new Set<number>();
  for (const { section, row, seat, type, status } of seedTickets(ground, new Chance('x'))) {
    if (section === null || row === null || seat === null || status === 'cancelled') continue;
    const [from = 0, to = from] = seat.split('–').map(Number);
    for (let number = from; number <= to; number += 1) {
      const at = find({ section, row, seat: String(number) });
      assert.ok(at !== null && !taken.has(at), `${section}-${row}-${number}`);
      taken.add(at);
      if (type === 'companion') assert.equal(table.companionOf[at], at - 1);
    }
  }
  assert.equal(taken.size, table.count);
});
