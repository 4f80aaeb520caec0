import { testClaimStore } from '../../testing/claim-store-conformance.ts';
import type { ClaimNode } from '../../testing/claim-store-under-test.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { at } from '../../testing/entry.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { testDatabase } from '../../testing/postgres.ts';

testClaimStore(async ({ tickets, types, changes }) => {
  const database = await testDatabase();
  const now = at('18:00');
  const here = await HubNode.open(database, { now });
  const there = await HubNode.open(database, { now, name: 'node-2' });
  // The other's start began an epoch.
  await here.context.storeState.refresh();
  const file = derbyFile(changes);
  const event = await here.importEvent(file);
  await here.importTickets(event, file, derbyTickets(tickets, types));
  await here.setStatus(event, 'open');
  return {
    nodes: [claimNode(here, event), claimNode(there, event)],
    async [Symbol.asyncDispose]() {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
});

function claimNode(node: HubNode, event: number): ClaimNode {
  const deviceOf = (id: string, gate = 'N1') =>
    ({ kind: 'device', id, eventNumber: event, eventId: 'derby', gate, lane: null }) as const;
  return {
    clock: node.clock,
    scan: async ({ device, scanId, code, direction, gate }) => {
      const [serial = 0, issue = 0] = code.split('/').map(Number);
      const text = await node.code(event, serial, issue);
      return node.scan(deviceOf(device, gate), scanId, text, direction);
    },
    annul: (device, scanId) => node.annul(deviceOf(device), scanId),
    setBlocked: (serial, isBlocked) => node.block('derby', serial, isBlocked),
    reissue: async (serial) => {
      await node.reissue('derby', serial);
    },
    control: (change) => node.control(event, change),
    close: () => node.setStatus(event, 'closed'),
    inside: (scope) => node.inside(event, scope),
  };
}
