// How messages leave, in one file that `serve --outbox FILE` names; secrets are in files of their own.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Language } from '#domain/delivery/message-format.ts';
import { TEMPLATES, type Template } from '#domain/delivery/occasions.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import { localized } from '#protocol/primitives.ts';

const approved = z.strictObject({ 'zh-CN': z.string().min(1), en: z.string().min(1) }).partial();

const outboxFile = z.strictObject({
  publicUrl: z.url({ protocol: /^https?$/, error: 'write it like https://tickets.club.example' }),
  seller: z
    .strictObject({
      name: localized,
      address: localized,
      taxId: z
        .string()
        .regex(/^[0-9A-Z-]{5,30}$/, 'write the seller’s tax number, such as 91310000775785552L'),
    })
    .optional(),
  text: z
    .strictObject({
      provider: z.literal('sandbox'),
      signature: z.string().min(1).max(20),
      templates: z.partialRecord(z.enum(TEMPLATES), approved),
    })
    .optional(),
});

export type TextConfig = {
  readonly signature: string;
  readonly templates: Readonly<
    Partial<Record<Template, Readonly<Partial<Record<Language, string>>>>>
  >;
};

export type SellerConfig = {
  readonly name: Localized;
  readonly address: Localized;
  readonly taxId: string;
};

export type OutboxConfig = {
  /** Where buyers find the shop. */
  readonly publicUrl: string;
  readonly text: TextConfig | null;
  /** Who receipts are from. */
  readonly seller: SellerConfig | null;
};

/** It names field and mend; ends the start of the server. */
export class OutboxConfigError extends Error {
  override name = 'OutboxConfigError';
  readonly code = 'outbox-config';
}

/** @throws OutboxConfigError */
export function readOutboxConfig(file: string): OutboxConfig {
  const parsed = outboxFile.safeParse(readJson(file));
  if (!parsed.success) {
    const { path: where = [], message = '' } = parsed.error.issues[0] ?? {};
    throw new OutboxConfigError(`${file}: ${where.join('.') || 'the file'}: ${message}`);
  }
  const { publicUrl, text, seller } = parsed.data;
  return {
    publicUrl,
    seller: seller ?? null,
    text:
      text === undefined
        ? null
        : { signature: text.signature, templates: approvedOf(text.templates) },
  };
}

function approvedOf(templates: NonNullable<z.infer<typeof outboxFile>['text']>['templates']) {
  const approvedTemplates: Partial<Record<Template, Partial<Record<Language, string>>>> = {};
  for (const [name, ids] of Object.entries(templates)) {
    const known = Object.entries(ids ?? {}).filter(([, id]) => id !== undefined);
    approvedTemplates[name as Template] = Object.fromEntries(known);
  }
  return approvedTemplates;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new OutboxConfigError(`${file}: ${(error as Error).message}`);
  }
}
