// An event handed to the cell, as `POST /authority` does it, without the HTTP.
import { lockAuthorityOf, moveAuthority } from '#server/edge/move-authority.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { HubNode } from './hub-node.ts';

/** Resolves once each of these nodes may decide it. */
export async function moveToCell(nodes: readonly HubNode[], event: number): Promise<void> {
  const [first] = nodes;
  if (first === undefined) throw new Error('some node moves it');
  await inTransaction(first.context.pool, async (client) => {
    const row = await lockAuthorityOf(client, event);
    await moveAuthority(client, row, 'cell', false);
  });
  await first.context.cell?.settle();
  for (const { context } of nodes) {
    await context.cell?.ready(event);
    await context.catalogue.reload(event);
  }
}
