// What staff see of messages to buyers, and what mail systems say about them.
import { z } from 'zod';
import { TEMPLATES } from '#domain/delivery/occasions.ts';
import { id, timeOut, words } from './primitives.ts';

export const OUTBOX_STATES = ['waiting', 'sent', 'failed', 'bounced'] as const;

export const outboxQuery = z.strictObject({
  state: z.enum(OUTBOX_STATES).optional(),
  order: id.optional().describe('of one order, by its reference'),
  after: z.string().max(64).optional().describe('the `next` of the page before'),
});

export const outboxMessage = z.object({
  id: z.string(),
  channel: z.enum(['mail', 'text']),
  template: z.enum(TEMPLATES),
  language: z.enum(['zh-CN', 'en']),
  to: z.string().describe('masked'),
  event: id.nullable(),
  orderRef: z.string().nullable(),
  state: z.enum(OUTBOX_STATES),
  attempts: z.int(),
  createdAt: timeOut,
  nextAt: timeOut.nullable().describe('when it is tried next; null: not any more'),
  settledAt: timeOut.nullable(),
  why: z.string().nullable().describe('what the last attempt met with'),
});
export type OutboxMessage = z.infer<typeof outboxMessage>;

export const outboxPage = z.object({
  messages: z.array(outboxMessage),
  next: z.string().nullable(),
  counts: z.record(z.enum(OUTBOX_STATES), z.int()).describe('of all messages'),
  channels: z.object({ mail: z.boolean(), text: z.boolean() }).describe('by which this hub sends'),
});
export type OutboxPage = z.infer<typeof outboxPage>;

export const resendRequest = z.strictObject({
  to: z
    .union([z.email(), z.string().regex(/^\+[1-9]\d{6,14}$/)], {
      error: 'write a mail address, or a phone number such as +8613800001234',
    })
    .optional()
    .describe('a corrected address; left out: the one it had'),
});

export const bounceReport = z.strictObject({
  messageId: z
    .string()
    .regex(/^<?[a-z0-9-]{3,40}@[^\s<>@]{1,255}>?$/, 'copy the Message-ID of the letter')
    .describe('as the letter carries it'),
  why: words(200).describe('what the mail system said'),
});
