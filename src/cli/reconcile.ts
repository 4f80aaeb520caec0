import type { Command } from 'commander';
import { storeView } from '#protocol/access.ts';
import { anyAnswer } from './answers.ts';
import { runs, serverCommand } from './command.ts';

type Options = { readonly without?: readonly string[]; readonly reason: string };

export function reconcileCommand(): Command {
  const command = serverCommand('reconcile', {
    summary: 'Let a restored claim store decide again, once the lanes have told what they know.',
    example:
      'kaimen reconcile --reason "restored from the backup of 18:00" --data data\n' +
      'kaimen reconcile --without dev-xyubz5qzbo7y2 --reason "that phone is lost" --data data',
  })
    .option('--without <devices...>', 'lost devices: do not wait for their journals')
    .requiredOption('--reason <text>', 'why, for the audit');
  return runs<Options>(command, async ({ options, out, client }) => {
    const server = client();
    await server.ask(anyAnswer, {
      method: 'POST',
      path: '/store/reconcile',
      body: { withoutDevices: options.without, reason: options.reason },
    });
    const store = await server.ask(storeView, { path: '/store' });
    out.result(store, [
      `the claim store is ${store.state} (epoch ${store.epoch})`,
      ...store.waitingFor.map((device) => `  waiting for the journal of ${device}`),
    ]);
  });
}
