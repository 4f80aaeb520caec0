// Looking up a ticket by its holder's document. The number goes in a body, never in an address, and comes back
// in no answer.
import { z } from 'zod';
import { DOCUMENT_KINDS } from '#domain/identity/document.ts';
import { words } from './primitives.ts';

export const documentKind = z.enum(DOCUMENT_KINDS);

export const findDocumentRequest = z.strictObject({
  kind: documentKind,
  number: words(40).min(1),
  reason: words(200).min(1).describe('why it is looked up; it is written down'),
});

export const documentFound = z.object({
  ticket: z
    .object({
      ref: z.string(),
      section: z.string().nullable(),
      row: z.string().nullable(),
      seat: z.string().nullable(),
      document: z.object({ kind: z.string(), masked: z.string() }),
    })
    .nullable(),
});
export type DocumentFound = z.infer<typeof documentFound>;
