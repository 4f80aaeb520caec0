// Letters in an outbox, and nodes that send them, for tests of how they arrive.
import type { Instant } from '#domain/kernel/instant.ts';
import { mailCarrier } from '#server/outbox/mail-carrier.ts';
import { type NewMessage, tell } from '#server/outbox/outbox.ts';
import type { MailConfig } from '#server/outbox/outbox-config.ts';
import { OutboxSender } from '#server/outbox/sender.ts';
import { silentLog } from '#server/platform/log.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ReceivedMail } from './mail-server.ts';
import type { TestDatabase } from './postgres.ts';

export const LETTER_KEY = new Uint8Array(32).fill(7);
export const LETTERS_AT = Date.parse('2026-11-22T12:00:00Z') as Instant;
const MATCH = {
  name: { 'zh-CN': '东海 vs 滨江', en: 'Donghai v Riverside' },
  venue: { 'zh-CN': '滨江体育场', en: 'Riverside Ground' },
  startsAt: Date.parse('2026-11-29T19:30:00+08:00'),
  timeZone: 'Asia/Shanghai',
};

export function paidLetter(order: string, address = 'anna.berg@fans.example'): NewMessage {
  return {
    occasionKey: `order-paid/${order}`,
    channel: 'mail',
    occasion: {
      template: 'order-paid',
      facts: {
        orderRef: order,
        match: MATCH,
        tickets: [
          { ref: 'T-1', seat: 'N103-12-7', type: { 'zh-CN': '成人', en: 'Adult' }, route: null },
        ],
        total: { amountMinor: 38_000, currency: 'CNY' },
      },
    },
    language: 'zh-CN',
    addressee: { address, name: '安娜', path: `/shop/order/${order}#SECRET` },
    event: null,
    orderRef: order,
  };
}

export async function writeDown(
  database: TestDatabase,
  at: Instant,
  ...messages: NewMessage[]
): Promise<number> {
  return inTransaction(database.pool, (client) =>
    tell(client, { masterKey: LETTER_KEY, at }, messages),
  );
}

export function mailConfig(port: number): MailConfig {
  return {
    host: '127.0.0.1',
    port,
    security: 'none',
    login: null,
    ca: null,
    from: {
      name: { 'zh-CN': '滨江票务', en: 'Riverside Tickets' },
      address: 'tickets@club.example',
    },
    replyTo: 'help@club.example',
  };
}

/** A node that sends. Its clock stands where the test puts it. */
export function senderAt(
  database: TestDatabase,
  port: number,
  clock: { at: Instant },
  mail: Partial<MailConfig> = {},
) {
  const publicUrl = 'https://tickets.club.example';
  const config = { ...mailConfig(port), ...mail };
  const carrier = mailCarrier({ mail: config, publicUrl }, async () => []);
  return new OutboxSender({
    pool: database.pool,
    masterKey: LETTER_KEY,
    now: () => clock.at,
    log: silentLog,
    carriers: [carrier],
    chance: () => 0,
  });
}

export async function statesOf(database: TestDatabase): Promise<string[]> {
  const { rows } = await database.pool.query('SELECT state FROM outbox ORDER BY key');
  return rows.map(({ state }) => state as string);
}

export const bodyOf = (mail: ReceivedMail | undefined, type: string) =>
  mail?.parts.find((part) => part.type.startsWith(type))?.bytes.toString('utf8') ?? '';
