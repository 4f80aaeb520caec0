// Starts what sends messages, as the configuration has it; without one they wait.

import type { Instant } from '#domain/kernel/instant.ts';
import type { Calendar } from './delivery/match-calendar.ts';
import type { Attachment } from './outbox/mail-carrier.ts';
import type { TakenMessage } from './outbox/outbox.ts';
import { type OutboxConfig, readOutboxConfig } from './outbox/outbox-config.ts';
import type { Carrier } from './outbox/sender.ts';
import { OutboxSender } from './outbox/sender.ts';
import { iso } from './platform/clock.ts';
import type { ServerContext } from './server-context.ts';

const WARN_BEFORE_MS = 30 * 86_400_000;

export type RunningOutbox = {
  /** By which channels this hub sends. */
  readonly channels: { readonly mail: boolean; readonly text: boolean };
  readonly seller: OutboxConfig['seller'];
  /** Where buyers find the shop; null: nobody has said. */
  readonly publicUrl: string | null;
  readonly wallet: OutboxConfig['wallet'];
  stop(): Promise<void>;
};

/** @throws OutboxConfigError */
export async function runOutbox(
  context: ServerContext,
  file: string | null,
): Promise<RunningOutbox> {
  const { pool, masterKey, now, log } = context;
  const config = file === null ? null : readOutboxConfig(file);
  const carriers = config === null ? [] : await carriersOf(context, config);
  const channels = { mail: config?.mail != null, text: config?.text != null };
  const said = {
    channels,
    seller: config?.seller ?? null,
    publicUrl: config?.publicUrl ?? null,
    wallet: config?.wallet ?? null,
  };
  if (said.wallet !== null && said.wallet.expiresAt - now() < WARN_BEFORE_MS) {
    const endsAt = iso(said.wallet.expiresAt as Instant);
    log.warn({ endsAt }, 'the certificate for Apple Wallet ends: ask Apple for the next one');
  }
  if (carriers.length === 0) return { ...said, stop: async () => {} };
  const sender = new OutboxSender({ pool, masterKey, now, log, carriers });
  sender.start();
  return { ...said, stop: () => sender.stop() };
}

/** What sends letters is loaded where letters are sent: a box has no use for it. */
async function carriersOf(
  context: ServerContext,
  { mail, text, publicUrl }: OutboxConfig,
): Promise<Carrier[]> {
  const carriers: Carrier[] = [];
  if (mail !== null) {
    const { mailCarrier } = await import('./outbox/mail-carrier.ts');
    const { calendarOfLetter } = await import('./delivery/order-calendar.ts');
    const attachments = async (message: TakenMessage) => {
      const calendar = await calendarOfLetter(context, message, publicUrl);
      return calendar === null ? [] : [calendarAttachment(calendar)];
    };
    carriers.push(mailCarrier({ mail, publicUrl }, attachments));
  }
  if (text !== null) {
    const { SandboxTexts, textCarrier } = await import('./outbox/text-carrier.ts');
    carriers.push(textCarrier(text, new SandboxTexts()));
  }
  return carriers;
}

function calendarAttachment({ text, method }: Calendar): Attachment {
  return {
    filename: 'match.ics',
    content: text,
    contentType: `text/calendar; charset=utf-8; method=${method}`,
  };
}
