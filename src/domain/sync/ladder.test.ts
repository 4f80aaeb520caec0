import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LadderWorld, type Manner, type Place } from '../../testing/ladder-world.ts';
import type { Tier } from './asking.ts';
import { modeOf } from './ladder.ts';

const HANGS: Manner = { kind: 'hangs' };
const QUICK: Manner = { kind: 'answers', afterMs: 20 };

test('asks the second box after 150 ms and the hub after 800 ms, then decides alone', () => {
  const world = new LadderWorld([box('a', HANGS), box('b', HANGS), hub('h', HANGS)]);
  world.read('scan', 0);
  world.run(5_000);
  assert.deepEqual(
    world.asked.map(({ address, atMs }) => [address, atMs]),
    [
      ['a', 0],
      ['b', 150],
      ['h', 800],
    ],
  );
  assert.deepEqual(world.settled, [{ scanId: 'scan', by: 'lane', afterMs: 1_100, atMs: 1_100 }]);
  assert.deepEqual(
    world.moves.map(({ from, to }) => [from, to]),
    [
      ['edge', 'hub'],
      ['hub', 'provisional'],
    ],
  );
});

test('asks the next at once when those before have failed', () => {
  const fails: Manner = { kind: 'fails', afterMs: 5 };
  const world = new LadderWorld([box('a', fails), box('b', fails), hub('h', QUICK)]);
  world.read('scan', 0);
  world.run(100);
  assert.deepEqual(
    world.asked.map(({ atMs }) => atMs),
    [0, 5, 10],
  );
  assert.deepEqual(world.settled[0]?.by, 'above');
});

test('waits until 2,500 ms where the event lets nobody in unverified', () => {
  const world = new LadderWorld([hub('h', HANGS)]);
  world.read('scan', 0, true);
  world.run(5_000);
  assert.deepEqual(world.settled[0]?.afterMs, 2_400);
});

test('one silent box costs one hedge, and is not asked again', () => {
  const world = new LadderWorld([box('a', HANGS), box('b', QUICK)]);
  world.read('one', 0);
  world.read('two', 1_000);
  world.run(1_200);
  assert.deepEqual(
    world.settled.map(({ afterMs }) => afterMs),
    [170, 20],
  );
  assert.deepEqual(world.moves, [], 'a box still decides');
});

test('hears an answer that comes late, once, and reports it as late', () => {
  const world = new LadderWorld([hub('h', { kind: 'answers', afterMs: 4_000 })]);
  world.read('scan', 0);
  world.run(40_000);
  assert.deepEqual(world.late, ['scan']);
  assert.deepEqual(
    world.settled.map(({ by }) => by),
    ['lane'],
  );
});

test('does not listen for ever', () => {
  const world = new LadderWorld([hub('h', { kind: 'answers', afterMs: 60_000 })]);
  world.read('scan', 0);
  world.run(70_000);
  assert.deepEqual([world.late, world.ladder.askings], [[], []]);
});

test('a line that is up for 3 s and down for 3 s makes at most three changes of rung in two minutes', () => {
  for (const lost of [HANGS, { kind: 'fails', afterMs: 1 }] as const) {
    const isUp = (atMs: number) => Math.floor(atMs / 3_000) % 2 === 0;
    const world = new LadderWorld([
      { address: 'h', tier: 'hub', manner: (atMs) => (isUp(atMs) ? QUICK : lost) },
    ]);
    for (let atMs = 0; atMs < 120_000; atMs += 500) world.read(`scan-${atMs}`, atMs);
    world.run(120_000);
    assert.ok(world.moves.length <= 3, `${world.moves.length} changes`);
  }
});

test('another server at an address is not asked, and neither is its probe believed', () => {
  const world = new LadderWorld([box('a', QUICK), hub('h', QUICK)]);
  world.step({ kind: 'identified', address: 'a', tier: 'edge', isOurs: false });
  world.read('scan', 0);
  world.run(20_000);
  assert.deepEqual(
    world.asked.map(({ address }) => address),
    ['h'],
  );
  assert.equal(world.ladder.rung, 'hub');
});

test('learning that a hub is a box changes nothing at the gate', () => {
  const world = new LadderWorld([hub('a', QUICK)]);
  world.step({ kind: 'identified', address: 'a', tier: 'edge', isOurs: true });
  assert.deepEqual(
    world.moves.map(({ to, isQuiet }) => [to, isQuiet]),
    [['edge', true]],
  );
});

test('an open gate asks nobody; each takes back only its own word, the lower threshold counts', () => {
  const world = new LadderWorld([hub('h', QUICK)]);
  const open = (by: 'control' | 'supervisor', stopAt: number | null) =>
    world.step({ kind: 'mode', by, set: { mode: 'open', stopAt }, cause: 'crush' });
  open('control', 300);
  open('supervisor', 200);
  world.read('scan', 0);
  world.run(10);
  assert.deepEqual([world.asked, world.settled[0]?.by], [[], 'lane']);
  assert.deepEqual(modeOf(world.ladder), { mode: 'open', stopAt: 200 });
  const normal = { mode: 'normal', stopAt: null } as const;
  world.step({ kind: 'mode', by: 'supervisor', set: normal, cause: 'over' });
  assert.equal(world.ladder.rung, 'open');
  world.step({ kind: 'mode', by: 'control', set: normal, cause: 'over' });
  assert.equal(world.ladder.rung, 'hub');
});

test('with a steward and no list, cut off, the eye decides until the list is there', () => {
  const fails: Manner = { kind: 'fails', afterMs: 1 };
  const world = new LadderWorld([hub('h', fails)], true, false);
  world.read('scan', 0);
  world.run(10);
  assert.equal(world.ladder.rung, 'visual');
  world.step({ kind: 'list', isWhole: true });
  assert.equal(world.ladder.rung, 'provisional');
});

test('a lane that was slow itself blames nobody', () => {
  const world = new LadderWorld([hub('h', QUICK)]);
  world.run(2_000);
  world.step({ kind: 'read', scanId: 'scan', readMs: 0, deadlineMs: 1_200, isStrict: false });
  assert.equal(world.ladder.rung, 'hub');
});

function box(address: string, manner: Manner): Place {
  return place(address, 'edge', manner);
}

function hub(address: string, manner: Manner): Place {
  return place(address, 'hub', manner);
}

function place(address: string, tier: Tier, manner: Manner): Place {
  return { address, tier, manner: () => manner };
}
