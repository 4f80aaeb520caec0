// What is said between the program and a sandbox.
import { z } from 'zod';

const minor = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const currency = z.string().regex(/^[A-Z]{3}$/);
const name = z.string().min(1).max(80);

export const sandboxBegin = z.strictObject({
  payment: name,
  amountMinor: minor.min(1),
  currency,
  description: z.string().max(200),
  /** `manual`: authorised first, captured when asked. */
  capture: z.enum(['manual', 'automatic']),
  returnUrl: z.url().max(2_000),
  notifyUrl: z.url().max(2_000),
});
export type SandboxBegin = z.infer<typeof sandboxBegin>;

export const sandboxBegun = z.object({ ref: name, payUrl: z.string() });

export const sandboxAct = z.strictObject({
  charge: name.nullable(),
  amountMinor: minor,
  key: name,
});
export type SandboxAct = z.infer<typeof sandboxAct>;

/** One thing that happened, told alike by answers, queries and webhooks. */
export const sandboxFact = z.object({
  kind: z.enum(['authorised', 'captured', 'voided', 'failed', 'refunded']),
  payment: name,
  /** Of the charge, or of the refund. */
  ref: name,
  charge: z.string().max(80),
  amountMinor: minor,
  currency,
  key: z.string().nullable(),
  at: z.string(),
});
export type SandboxFact = z.infer<typeof sandboxFact>;

export const sandboxAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('facts'), facts: z.array(sandboxFact) }),
  z.object({
    kind: z.literal('refused'),
    reason: z.enum(['already-captured', 'not-captured', 'declined']),
    detail: z.string(),
  }),
]);
export type SandboxAnswer = z.infer<typeof sandboxAnswer>;

export const sandboxWebhook = z.object({ event: name, fact: sandboxFact });
