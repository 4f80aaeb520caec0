// How messages leave, in one file that `serve --outbox FILE` names; secrets are in files of their own.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Language } from '#domain/delivery/message-format.ts';
import { TEMPLATES, type Template } from '#domain/delivery/occasions.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import { localized } from '#protocol/primitives.ts';
import { type WalletConfig, walletConfig, walletFile } from './wallet-config.ts';

const address = z.email('write a mail address, such as tickets@club.example');
const approved = z.strictObject({ 'zh-CN': z.string().min(1), en: z.string().min(1) }).partial();

const outboxFile = z.strictObject({
  publicUrl: z.url({ protocol: /^https?$/, error: 'write it like https://tickets.club.example' }),
  mail: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65_535),
      security: z.enum(['tls', 'starttls', 'none']),
      user: z.string().optional(),
      passwordFile: z.string().optional(),
      ca: z.string().optional(),
      from: z.strictObject({ name: localized, address }),
      replyTo: address.optional(),
    })
    .optional(),
  seller: z
    .strictObject({
      name: localized,
      address: localized,
      taxId: z
        .string()
        .regex(/^[0-9A-Z-]{5,30}$/, 'write the seller’s tax number, such as 91310000775785552L'),
    })
    .optional(),
  wallet: walletFile.optional(),
  text: z
    .strictObject({
      provider: z.literal('sandbox'),
      signature: z.string().min(1).max(20),
      templates: z.partialRecord(z.enum(TEMPLATES), approved),
    })
    .optional(),
});

export type MailConfig = {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly login: { readonly user: string; readonly password: string } | null;
  /** Certificate authority trusted beside the well-known ones; PEM. */
  readonly ca: string | null;
  readonly from: { readonly name: Localized; readonly address: string };
  readonly replyTo: string | null;
};

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
  readonly mail: MailConfig | null;
  readonly text: TextConfig | null;
  /** Who receipts are from. */
  readonly seller: SellerConfig | null;
  /** Who signs tickets for Apple Wallet. */
  readonly wallet: WalletConfig | null;
};

/** It names field and mend; ends the start of the server. */
export class OutboxConfigError extends Error {
  override name = 'OutboxConfigError';
  readonly code = 'outbox-config';
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** @throws OutboxConfigError */
export function readOutboxConfig(file: string): OutboxConfig {
  const parsed = outboxFile.safeParse(readJson(file));
  if (!parsed.success) {
    const { path: where = [], message = '' } = parsed.error.issues[0] ?? {};
    throw new OutboxConfigError(`${file}: ${where.join('.') || 'the file'}: ${message}`);
  }
  const { publicUrl, mail, text, seller, wallet } = parsed.data;
  return {
    publicUrl,
    seller: seller ?? null,
    mail: mail === undefined ? null : mailConfig(file, mail),
    wallet: wallet === undefined ? null : walletConfig(wallet, reader(file), refuser(file)),
    text:
      text === undefined
        ? null
        : { signature: text.signature, templates: approvedOf(text.templates) },
  };
}

type MailFile = NonNullable<z.infer<typeof outboxFile>['mail']>;

function mailConfig(file: string, mail: MailFile): MailConfig {
  const { host, port, security, user, passwordFile, ca, from, replyTo } = mail;
  if (security === 'none' && !LOOPBACK.has(host)) {
    throw new OutboxConfigError(
      `${file}: mail.security: none would send letters in the clear: use tls or starttls, or a relay on this machine`,
    );
  }
  if ((user === undefined) !== (passwordFile === undefined)) {
    throw new OutboxConfigError(`${file}: mail.user and mail.passwordFile belong together`);
  }
  const read = reader(file);
  return {
    host,
    port,
    security,
    login:
      user === undefined || passwordFile === undefined
        ? null
        : { user, password: read('mail.passwordFile', passwordFile).trim() },
    ca: ca === undefined ? null : read('mail.ca', ca),
    from,
    replyTo: replyTo ?? null,
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

/** Files that are named stand beside the file that names them, unless they are named from the root. */
function reader(file: string) {
  return (field: string, name: string): string => {
    try {
      return readFileSync(path.resolve(path.dirname(file), name), 'utf8');
    } catch (error) {
      throw new OutboxConfigError(`${file}: ${field}: ${(error as Error).message}`);
    }
  };
}

function refuser(file: string) {
  return (field: string, mend: string): never => {
    throw new OutboxConfigError(`${file}: ${field} ${mend}`);
  };
}
