// A thread that signs one pass: it takes a processor for longer than a scan may wait.
import { parentPort, workerData } from 'node:worker_threads';
import type { WalletConfig } from '#server/outbox/wallet-config.ts';
import { type WalletTicket, walletPass } from './wallet-pass.ts';

const { ticket, config } = workerData as { ticket: WalletTicket; config: WalletConfig };
parentPort?.postMessage(walletPass(ticket, config));
