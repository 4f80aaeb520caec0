// Whose word about holds counts, when a lane hears of them from the hub and from boxes.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createKnowledge, type Knowledge } from './knowledge.ts';
import type { ListStore } from './ports.ts';

let knowledge: Knowledge;

beforeEach(async () => {
  const kept = new Map<string, string>();
  const store = {
    get: async (name: string) => kept.get(name) ?? null,
    put: async (name: string, value: string) => void kept.set(name, value),
  };
  knowledge = await createKnowledge(store as unknown as ListStore, () => {});
});

const HELD = [{ id: 'h', scope: 'gate/N2', kind: 'stop', perMinute: null, reason: 'drill' }];

function told(node: string | undefined, fence: number, holds: readonly object[]) {
  const window = { doorsAt: null, endsAt: null };
  const rest = { status: 'open', holds, diversions: [], limits: {}, modes: [], window };
  return node === undefined ? { fence, ...rest } : { fence, node, ...rest };
}

function holdsNow(): number | undefined {
  return knowledge.controls()?.holds.length;
}

test('a hold that another node has lifted is lifted, however high the fence of the first was', async () => {
  await knowledge.learnControls(told('box-a', 9, HELD), 'stream');
  knowledge.listensAnew();
  await knowledge.learnControls(told('box-b', 3, []), 'stream');
  assert.equal(holdsNow(), 0);
  await knowledge.learnControls(told('box-b', 4, HELD), 'stream');
  assert.equal(holdsNow(), 1, 'and one that is set there holds');
});

test('of one node what is older never replaces what is newer', async () => {
  await knowledge.learnControls(told('hub', 5, HELD), 'stream');
  await knowledge.learnControls(told('hub', 4, []), 'asked');
  await knowledge.learnControls(told('hub', 4, []), 'stream');
  assert.equal(holdsNow(), 1);
});

test('what the stream says goes before the answer of a node that may have heard of nothing', async () => {
  knowledge.listensAnew();
  await knowledge.learnControls(told('box-b', 3, HELD), 'stream');
  await knowledge.learnControls(told('box-a', 90, []), 'asked');
  assert.equal(holdsNow(), 1);
});

test('an answer counts until the new stream has spoken', async () => {
  await knowledge.learnControls(told('box-a', 9, HELD), 'stream');
  knowledge.listensAnew();
  await knowledge.learnControls(told('hub', 2, []), 'asked');
  assert.equal(holdsNow(), 0);
  await knowledge.learnControls(told('box-b', 1, HELD), 'stream');
  assert.equal(holdsNow(), 1);
});

test('a release before names no node, and is one', async () => {
  await knowledge.learnControls(told(undefined, 5, HELD), 'stream');
  await knowledge.learnControls(told(undefined, 4, []), 'asked');
  assert.equal(holdsNow(), 1);
  knowledge.listensAnew();
  await knowledge.learnControls(told(undefined, 4, []), 'asked');
  assert.equal(holdsNow(), 0);
});
