// Letters by SMTP. Nothing is logged here: nodemailer's own log would hold addresses and what is said to them.
import { createTransport } from 'nodemailer';
import type { AttemptOutcome } from '#domain/delivery/attempts.ts';
import { letterHtml, letterText } from '#domain/delivery/letter-text.ts';
import { letterOf } from '#domain/delivery/letters.ts';
import type { TakenMessage } from './outbox.ts';
import type { MailConfig } from './outbox-config.ts';
import type { Carrier } from './sender.ts';

export type Attachment = {
  readonly filename: string;
  readonly content: Buffer | string;
  readonly contentType: string;
};

/** What goes with a letter, such as the match for a calendar. */
export type AttachmentsOf = (message: TakenMessage) => Promise<readonly Attachment[]>;

/** One address and nothing beside it: none that ends a header, names a second reader or another server. */
const ADDRESS = /^[^\s\p{C}<>()[\]\\,;:"@]{1,64}@[^\s\p{C}<>()[\]\\,;:"@]{1,255}$/u;
/** Together well below the lease. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
const CONNECTIONS = 4;

export function mailCarrier(
  { mail, publicUrl }: { readonly mail: MailConfig; readonly publicUrl: string },
  attachmentsOf: AttachmentsOf,
): Carrier {
  const { host, port, security, login, ca } = mail;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    pool: true,
    maxConnections: CONNECTIONS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...TIMEOUTS,
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    ...(ca === null ? {} : { tls: { ca } }),
  });
  return {
    channel: 'mail',
    async send(message) {
      if (!ADDRESS.test(message.addressee.address)) {
        return { kind: 'refused', why: 'it is not a mail address' };
      }
      const composed = await compose(message, mail, publicUrl, attachmentsOf);
      try {
        await transport.sendMail(composed);
        return { kind: 'sent' };
      } catch (error) {
        return outcomeOf(error as SmtpError);
      }
    },
    close: () => transport.close(),
  };
}

async function compose(
  message: TakenMessage,
  { from, replyTo }: MailConfig,
  publicUrl: string,
  attachmentsOf: AttachmentsOf,
) {
  const { addressee, occasion, language } = message;
  const link = addressee.path === null ? null : new URL(addressee.path, publicUrl).href;
  // People write their names themselves: on one line, no name makes headers or paragraphs.
  const name = addressee.name?.replace(/[\s\p{C}]+/gu, ' ').trim() || null;
  const letter = letterOf(occasion, { name, link }, language);
  const attachments = await attachmentsOf(message);
  return {
    messageId: messageIdOf(message.id, from.address),
    date: new Date(message.since),
    from: { name: from.name[language], address: from.address },
    to: { name: name ?? '', address: addressee.address },
    ...(replyTo === null ? {} : { replyTo }),
    subject: letter.subject,
    text: letterText(letter),
    html: letterHtml(letter),
    headers: {
      'Content-Language': language,
      // RFC 3834: nobody's absence is answered to a machine.
      'Auto-Submitted': 'auto-generated',
    },
    attachments: attachments.map((each) => ({ ...each })),
  };
}

/** The same for every attempt: whoever gets a letter twice can tell that it is one. */
function messageIdOf(id: string, from: string): string {
  return `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

type SmtpError = Error & {
  readonly code?: string;
  readonly responseCode?: number;
  /** At which step of the conversation. */
  readonly command?: string;
};

/** A 5xx is the server's last word about this letter; about us, before the recipient is named, it is not. */
function outcomeOf({ responseCode, command, message }: SmtpError): AttemptOutcome {
  const isAboutLetter = command === 'RCPT TO' || command === 'DATA';
  const isFinal = responseCode !== undefined && responseCode >= 500 && isAboutLetter;
  return { kind: isFinal ? 'refused' : 'deferred', why: message };
}
