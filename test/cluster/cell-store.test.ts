// The claim store on a real etcd, held to what PostgreSQL is held to.
import { after, before } from 'node:test';
import type { CellConfig } from '#server/cell/cell-config.ts';
import { deviceAt } from '#server/platform/principal.ts';
import { moveToCell } from '../../src/testing/cell-event.ts';
import { testClaimStore } from '../../src/testing/claim-store-conformance.ts';
import type { ClaimNode } from '../../src/testing/claim-store-under-test.ts';
import { EtcdCluster, missingEtcd } from '../../src/testing/cluster/etcd-cluster.ts';
import { derbyFile, derbyTickets } from '../../src/testing/derby.ts';
import { at } from '../../src/testing/entry.ts';
import { HubNode } from '../../src/testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/postgres.ts';

const NOW = at('18:00');
const missing = missingEtcd();
if (missing !== null) throw new Error(missing);

let cluster: EtcdCluster;
let database: TestDatabase;
let nodes: readonly [HubNode, HubNode];
let events = 0;

before(async () => {
  cluster = await EtcdCluster.start(['a', 'b', 'c'].map((name) => ({ name, host: '127.0.0.1' })));
  database = await testDatabase();
  const cellAt = (first: number): CellConfig => {
    const endpoints = cluster.endpoints.map((_, i) => cluster.endpoints[(first + i) % 3] ?? '');
    return { endpoints, prefix: '/kaimen', venue: [], tls: {}, login: null };
  };
  nodes = [
    await HubNode.open(database, { now: NOW, cell: cellAt(0) }),
    await HubNode.open(database, { now: NOW, name: 'node-2', cell: cellAt(1) }),
  ];
});

after(async () => {
  for (const node of nodes ?? []) await node[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

testClaimStore(async ({ tickets, types, changes }) => {
  events += 1;
  const [here, there] = nodes;
  const file = derbyFile({ ...changes, id: `derby-${events}` });
  const event = await here.importEvent(file);
  await here.importTickets(event, file, derbyTickets(tickets, types));
  await here.setStatus(event, 'open');
  await moveToCell(nodes, event);
  for (const { clock } of nodes) clock.now = NOW;
  return {
    nodes: [claimNode(here, event, file.id), claimNode(there, event, file.id)],
    hasGaps: true,
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node.context.authority.drain()));
      await here.setStatus(event, 'archived');
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
    control: async (change) => {
      await node.control(event, change);
      await node.context.cell?.settle();
    },
    close: async () => {
      await node.setStatus(event, 'closed');
      await node.context.cell?.settle();
    },
    inside: async (scope) => (await node.context.cell?.inside(event))?.get(scope) ?? 0,
  };
}
