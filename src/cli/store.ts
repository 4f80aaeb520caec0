import type { Command } from 'commander';
import { storeView } from '#protocol/access.ts';
import { runs, serverCommand } from './command.ts';

export function storeCommand(): Command {
  const command = serverCommand('store', {
    summary: 'Show whether the claim store decides, or is being rebuilt and waits for lanes.',
    example: 'kaimen store --data data',
  });
  return runs(command, async ({ out, client }) => {
    const store = await client().ask(storeView, { path: '/store' });
    out.result(store, [
      `the claim store is ${store.state}${store.why === null ? '' : `: ${store.why}`} (epoch ${store.epoch})`,
      ...store.waitingFor.map((device) => `  waiting for the journal of ${device}`),
    ]);
  });
}
