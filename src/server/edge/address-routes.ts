// Where a phone finds whoever may decide: the boxes of the ground, and the hub behind them.
import type { FastifyInstance } from 'fastify';
import { nodeAddresses } from '#protocol/node-addresses.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { Nodes } from './nodes.ts';

export function addAddressRoutes(app: FastifyInstance, context: ServerContext, nodes: Nodes): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/device/addresses',
    rule: { allow: 'device' },
    summary: 'Origins of the other servers that this device may ask',
    tag: 'devices',
    answer: nodeAddresses,
    handle: async () => {
      const { rows } = await context.pool.query<{ address: string }>(
        `SELECT address FROM edges
         WHERE address IS NOT NULL AND revoked_at IS NULL AND name <> $1 ORDER BY name`,
        [nodes.self],
      );
      const boxes = rows.map(({ address }) => new URL(address).origin);
      const hub = nodes.hub === null ? [] : [new URL(nodes.hub.address).origin];
      return { addresses: [...new Set([...boxes, ...hub])] };
    },
  });
}
