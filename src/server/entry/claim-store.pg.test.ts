import { after, before } from 'node:test';
import { deviceAt } from '#server/platform/principal.ts';
import { testClaimStore } from '../../testing/claim-store-conformance.ts';
import type { ClaimNode } from '../../testing/claim-store-under-test.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { at } from '../../testing/entry.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

const NOW = at('18:00');

let database: TestDatabase;
let nodes: readonly [HubNode, HubNode];
let events = 0;

before(async () => {
  database = await testDatabase();
  nodes = [
    await HubNode.open(database, { now: NOW }),
    await HubNode.open(database, { now: NOW, name: 'node-2' }),
  ];
});

after(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

testClaimStore(async ({ tickets, types, changes }) => {
  events += 1;
  const [here, there] = nodes;
  const file = derbyFile({ ...changes, id: `derby-${events}` });
  const event = await here.importEvent(file);
  await here.importTickets(event, file, derbyTickets(tickets, types));
  await here.setStatus(event, 'open');
  for (const { clock } of nodes) clock.now = NOW;
  return {
    nodes: [claimNode(here, event, file.id), claimNode(there, event, file.id)],
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node.context.authority.drain()));
    },
  };
});

function claimNode(node: HubNode, event: number, eventId: string): ClaimNode {
  const deviceOf = (name: string, gate = 'N1') => {
    const id = `${name}-of-${eventId}`;
    return deviceAt({ id, eventNumber: event, eventId, gate, lane: null });
  };
  return {
    clock: node.clock,
    scan: async ({ device, scanId, code, direction, gate }) => {
      const [serial = 0, issue = 0] = code.split('/').map(Number);
      const text = await node.code(event, serial, issue);
      return node.scan(deviceOf(device, gate), scanId, text, direction);
    },
    annul: (device, scanId) => node.annul(deviceOf(device), scanId),
    setBlocked: (serial, isBlocked) => node.block(eventId, serial, isBlocked),
    reissue: async (serial) => {
      await node.reissue(eventId, serial);
    },
    control: (change) => node.control(event, change),
    close: () => node.setStatus(event, 'closed'),
    inside: (scope) => node.inside(event, scope),
  };
}
