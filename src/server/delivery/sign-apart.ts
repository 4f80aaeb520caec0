import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { WalletConfig } from '#server/outbox/wallet-config.ts';
import type { WalletTicket } from './wallet-pass.ts';

/** A pass, signed by a thread of its own: this one decides scans meanwhile. */
export async function passSignedApart(ticket: WalletTicket, config: WalletConfig): Promise<Buffer> {
  const worker = new Worker(new URL('./wallet-worker.ts', import.meta.url), {
    workerData: { ticket, config },
  });
  try {
    const [bytes] = (await once(worker, 'message')) as [Uint8Array];
    return Buffer.from(bytes);
  } finally {
    await worker.terminate();
  }
}
