// Starts what sends messages, as the configuration has it; without one they wait.

import { type OutboxConfig, readOutboxConfig } from './outbox/outbox-config.ts';
import type { Carrier } from './outbox/sender.ts';
import { OutboxSender } from './outbox/sender.ts';
import type { ServerContext } from './server-context.ts';

export type RunningOutbox = {
  /** By which channels this hub sends. */
  readonly channels: { readonly mail: boolean; readonly text: boolean };
  readonly seller: OutboxConfig['seller'];
  stop(): Promise<void>;
};

/** @throws OutboxConfigError */
export async function runOutbox(
  { pool, masterKey, now, log }: ServerContext,
  file: string | null,
): Promise<RunningOutbox> {
  const config = file === null ? null : readOutboxConfig(file);
  const carriers = config === null ? [] : await carriersOf(config);
  const channels = { mail: false, text: config?.text != null };
  const seller = config?.seller ?? null;
  if (carriers.length === 0) return { channels, seller, stop: async () => {} };
  const sender = new OutboxSender({ pool, masterKey, now, log, carriers });
  sender.start();
  return { channels, seller, stop: () => sender.stop() };
}

/** What sends letters is loaded where letters are sent: a box has no use for it. */
async function carriersOf({ text }: OutboxConfig): Promise<Carrier[]> {
  const carriers: Carrier[] = [];
  if (text !== null) {
    const { SandboxTexts, textCarrier } = await import('./outbox/text-carrier.ts');
    carriers.push(textCarrier(text, new SandboxTexts()));
  }
  return carriers;
}
