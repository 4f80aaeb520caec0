// How many: limits and meters, to the number, while two nodes count at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';
import { entryOf, type OpenClaimStore, word } from './claim-store-under-test.ts';
import { at } from './entry.ts';

export function testLimits(open: OpenClaimStore): void {
  test('stops on the number of a limit while two nodes fill it, and lets in one for each that leaves', async () => {
    const limit = 17;
    await using store = await open({ tickets: 40, types: ['season'] });
    const [here, there] = store.nodes;
    await here.control((controls) => ({ ...controls, limits: { 'stand/north': limit } }));
    const words = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        store.nodes[index % 2 === 0 ? 0 : 1].scan(entryOf(index + 1, `in-${index}`)),
      ),
    ).then((answers) => answers.map(word));
    assert.equal(words.filter((each) => each === 'admitted').length, limit);
    assert.equal(words.filter((each) => each === 'held').length, 40 - limit);
    assert.equal(await there.inside('stand/north'), limit);
    const inside = words.indexOf('admitted') + 1;
    const outside = words.indexOf('held') + 1;
    await there.scan({ ...entryOf(inside, 'leave'), direction: 'out' });
    const again = await Promise.all([
      here.scan(entryOf(outside, 'again-1')),
      there.scan(entryOf(inside, 'again-2')),
    ]);
    assert.deepEqual(again.map(word).sort(), ['admitted', 'held']);
    assert.equal(await here.inside('stand/north'), limit);
  });
}

export function testMeters(open: OpenClaimStore): void {
  const meter = { id: 'm', scope: 'ground', kind: 'meter', perMinute: 5, reason: 'x' } as const;

  test('lets in what a meter allows in each minute, whichever node asks', async () => {
    await using store = await open({ tickets: 40 });
    const [here, there] = store.nodes;
    await here.control((controls) => ({ ...controls, holds: [meter] }));
    for (const [round, minute] of [0, 1, 3].entries()) {
      for (const node of store.nodes)
        node.clock.now = (at('18:00') + minute * MINUTE_MS) as Instant;
      const words = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 === 0 ? here : there).scan(
            entryOf(round * 12 + index + 1, `${minute}-${index}`),
          ),
        ),
      ).then((answers) => answers.map(word));
      assert.equal(words.filter((each) => each === 'admitted').length, 5, `minute ${minute}`);
    }
  });

  test('keeps to the meter when the clocks of two nodes stand on both sides of a minute', async () => {
    await using store = await open({ tickets: 30 });
    const [here, there] = store.nodes;
    await here.control((controls) => ({ ...controls, holds: [meter] }));
    here.clock.now = (at('18:00') - 1) as Instant;
    let admitted = 0;
    for (let serial = 1; serial <= 30; serial += 1) {
      const answer = await (serial % 2 === 0 ? here : there).scan(entryOf(serial, `s-${serial}`));
      if (word(answer) === 'admitted') admitted += 1;
    }
    assert.ok(admitted >= 5 && admitted <= 10, `${admitted} admitted in two minutes of five each`);
  });
}
