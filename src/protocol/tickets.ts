// Tickets as a resource, and the file they come from.
import { z } from 'zod';
import { TICKET_STATUSES } from '#domain/entry/ticket.ts';
import { timeOut, words } from './primitives.ts';

/** Columns of a ticket file, in any order; only the first two are required. */
export const TICKET_COLUMNS = [
  'ticket_ref',
  'type',
  'stand',
  'section',
  'row',
  'seat',
  'gate',
  'holder_name',
  'valid_from',
  'valid_until',
  'code',
  'card_uid',
  'document',
  'phone',
  'order_ref',
  'group',
  'companion_of',
  'admits',
  'status',
] as const;
export type TicketColumn = (typeof TICKET_COLUMNS)[number];

/** `POST /events/{id}/tickets/import`, body text/csv in UTF-8 or GBK. */
export const importQuery = z.strictObject({
  delta: z
    .stringbool()
    .optional()
    .describe('add and change; tickets not in the file stay as they are'),
  skipBad: z.stringbool().optional().describe('take the good rows and report the rest'),
});

export const rowProblem = z.object({
  line: z.int().describe('line of the file, the header being 1'),
  column: z.string().nullable(),
  message: z.string(),
});
export type RowProblem = z.infer<typeof rowProblem>;

export const PROBLEMS_SHOWN_MAX = 100;

export const importReport = z.object({
  rows: z.int(),
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  missing: z
    .int()
    .nullable()
    .describe('tickets that a whole file does not name; they stay as they are'),
  bad: z.int(),
  problems: z.array(rowProblem).describe('the first hundred, by line'),
  encoding: z.enum(['utf-8', 'gbk']),
});
export type ImportReport = z.infer<typeof importReport>;

export const ticketView = z.object({
  ref: z.string(),
  serial: z.int(),
  type: z.string(),
  stand: z.string().nullable(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  seat: z.string().nullable(),
  gates: z.array(z.string()).nullable(),
  validFrom: timeOut.nullable(),
  validUntil: timeOut.nullable(),
  admits: z.int(),
  status: z.enum(TICKET_STATUSES),
  isBlocked: z.boolean(),
  issue: z.int(),
  orderRef: z.string().nullable(),
  group: z.string().nullable(),
  companionOf: z.string().nullable(),
  holder: z
    .object({ name: z.string().nullable(), phone: z.string().nullable() })
    .describe('masked; GET …/holder shows it to those who may and records that they looked'),
  inside: z.int(),
  crossings: z.array(
    z.object({
      direction: z.enum(['in', 'out']),
      gate: z.string(),
      lane: z.string().nullable(),
      at: timeOut,
      checkpoint: z.string(),
      isExact: z.boolean(),
      annulledAt: timeOut.nullable(),
    }),
  ),
});
export type TicketView = z.infer<typeof ticketView>;

export const ticketPage = z.object({
  tickets: z.array(ticketView.omit({ crossings: true, inside: true })),
  next: z.string().nullable(),
});

export const holderView = z.object({ name: z.string().nullable(), phone: z.string().nullable() });

export const actRequest = z.strictObject({ reason: words(200).min(1) });

export const reissueAnswer = z.object({
  ref: z.string(),
  issue: z.int(),
  code: z.string().describe('the new code; every earlier one is answered “revoked”'),
});

export const blockAnswer = z.object({ ref: z.string(), isBlocked: z.boolean() });

export const exportQuery = z.strictObject({
  format: z.enum(['csv', 'json', 'pdf', 'svg']),
  gate: z.string().optional(),
  signed: z.stringbool().optional().describe('add the signed code for partners’ lanes'),
});
