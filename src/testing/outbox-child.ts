// A node that sends letters, as a process of its own: to be killed.
import pg from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { mailCarrier } from '#server/outbox/mail-carrier.ts';
import type { MailConfig } from '#server/outbox/outbox-config.ts';
import { OutboxSender } from '#server/outbox/sender.ts';
import { silentLog } from '#server/platform/log.ts';

export type OutboxChild = {
  readonly database: pg.PoolConfig;
  readonly masterKey: string;
  readonly at: number;
  readonly mail: MailConfig;
};

const { database, masterKey, at, mail }: OutboxChild = JSON.parse(process.argv[2] ?? '{}');
const pool = new pg.Pool({ ...database, max: 2 });
const sender = new OutboxSender({
  pool,
  masterKey: Buffer.from(masterKey, 'hex'),
  now: () => at as Instant,
  log: silentLog,
  carriers: [mailCarrier({ mail, publicUrl: 'https://tickets.club.example' }, async () => [])],
});
await sender.sendDue();
