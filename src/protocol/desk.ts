// Service desk and control room on single tickets: search, history, conflicts, cash, admissions by hand,
// and the report of the night.
import { z } from 'zod';
import { REASONS, RUNGS, VERDICTS } from '#domain/entry/verdict.ts';
import { direction, id, timeOut, words } from './primitives.ts';
import { ticketView } from './tickets.ts';

/** A body, not an address: what is looked for may be a code or the end of a phone number. */
export const searchTicketsRequest = z.strictObject({ q: words(256).min(1) });

const ticketFound = ticketView.omit({ crossings: true }).extend({ inside: z.int() });
export const ticketsFound = z.object({
  by: z
    .enum(['reference', 'code', 'seat', 'order', 'phone', 'nothing'])
    .describe('as what the text was understood'),
  tickets: z.array(ticketFound),
  hasMore: z.boolean(),
});
export type TicketsFound = z.infer<typeof ticketsFound>;

const localized = z.object({ 'zh-CN': z.string(), en: z.string() });

export const historyEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('scan'),
    at: timeOut,
    deviceId: z.string(),
    scanId: z.string(),
    gate: z.string(),
    lane: z.string().nullable(),
    operator: z.string().nullable(),
    direction,
    verdict: z.enum(VERDICTS),
    reason: z.enum(REASONS).nullable(),
    rung: z.enum(RUNGS),
    annulledAt: timeOut.nullable(),
  }),
  z.object({
    kind: z.literal('act'),
    at: timeOut,
    actor: z.string(),
    act: z.string(),
    reason: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('cash'),
    at: timeOut,
    actor: z.string(),
    what: z.string(),
    minor: z.int(),
    currency: z.string(),
    reason: z.string(),
  }),
]);
export type HistoryEntry = z.infer<typeof historyEntry>;

export const ticketHistory = z.object({
  ticket: ticketView,
  diagnosis: z.object({
    key: z.string(),
    text: localized,
    mend: z.enum(['unblock', 'reissue', 'settle', 'lift-hold']).nullable(),
  }),
  gates: z.array(z.string()).nullable().describe('where it may enter; null: anywhere'),
  history: z.array(historyEntry).describe('latest first'),
});
export type TicketHistory = z.infer<typeof ticketHistory>;

export const SETTLEMENTS = [
  'holder-stays',
  'intruder-stays',
  'both-stay',
  'nobody-found',
  'our-mistake',
] as const;

export const deskConflict = z.object({
  id: z.string(),
  ticketRef: z.string().nullable(),
  type: z.string().nullable(),
  seat: z.string().nullable(),
  checkpoint: z.string(),
  holder: z.object({ gate: z.string(), lane: z.string().nullable(), at: timeOut }),
  intruder: z.object({ gate: z.string(), lane: z.string().nullable(), at: timeOut }),
  holderName: z.string().nullable().describe('masked'),
  notedAt: timeOut,
  state: z.enum(['open', 'dissolved', 'settled']),
  settledAs: z.enum(SETTLEMENTS).nullable(),
  settledBy: z.string().nullable(),
  note: z.string().nullable(),
});
export type DeskConflict = z.infer<typeof deskConflict>;
export const deskConflicts = z.object({ conflicts: z.array(deskConflict) });

export const settleRequest = z.strictObject({
  as: z.enum(SETTLEMENTS),
  note: words(200).optional(),
});

/** Somebody is let in, or out, by a person instead of by a code; limits count them all the same. */
export const admissionRequest = z.strictObject({
  requestId: id.describe('chosen by the asker; the same for every repeat'),
  gate: id,
  direction: direction.default('in'),
  ref: id.optional().describe('the ticket, where there is one'),
  section: id.optional().describe('where they go, when there is no ticket'),
  people: z.int().min(1).max(200).default(1).describe('without a ticket only'),
  reason: words(200).min(1),
  secondPerson: words(200)
    .optional()
    .describe('token of a second person: past a limit or a stop it takes two'),
});
export const admissionAnswer = z.object({
  requestId: z.string(),
  people: z.int(),
  ref: z.string().nullable(),
  isConflict: z.boolean().describe('the ticket had been used: both are in the list of conflicts'),
  at: timeOut,
});

export const CASH_KINDS = ['replacement', 'difference', 'sale', 'refund', 'correction'] as const;
export const cashRequest = z.strictObject({
  requestId: id.describe('chosen by the asker; the same for every repeat'),
  kind: z.enum(CASH_KINDS),
  ref: id.optional(),
  minor: z
    .int()
    .min(-10_000_000)
    .max(10_000_000)
    .describe('hundredths: 38000 is ¥380.00; below nought is handed out'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'use three capital letters (ISO 4217), such as CNY')
    .default('CNY'),
  reason: words(200).min(1),
});
export const cashEntry = z.object({
  id: z.string(),
  kind: z.enum(CASH_KINDS),
  ticketRef: z.string().nullable(),
  minor: z.int(),
  currency: z.string(),
  reason: z.string(),
  takenBy: z.string(),
  takenAt: timeOut,
});
export const cashList = z.object({
  entries: z.array(cashEntry),
  totals: z.array(z.object({ currency: z.string(), minor: z.int(), takenBy: z.string() })),
});

/** A device that may still hold scans which nobody has seen. */
const unheardDevice = z.object({
  deviceId: z.string(),
  label: z.string().nullable(),
  gate: z.string(),
  lane: z.string().nullable(),
  heardAt: timeOut.nullable(),
  unsent: z
    .int()
    .nullable()
    .describe('as it said last; null: it fell silent before its time was over'),
  writtenOff: z
    .object({ by: z.string(), at: timeOut, reason: z.string() })
    .nullable()
    .describe('somebody has said that nothing more will come'),
});
export type UnheardDevice = z.infer<typeof unheardDevice>;

export const writeOffRequest = z.strictObject({ device: id, reason: words(200).min(1) });
export const unheardList = z.object({ unheard: z.array(unheardDevice) });

const peak = z.object({ people: z.int(), from: timeOut.nullable() });
export const nightReport = z.object({
  event: z.object({ id: z.string(), name: localized, startsAt: timeOut, timeZone: z.string() }),
  writtenAt: timeOut,
  isFinal: z
    .boolean()
    .describe('the event is closed and every device has been heard out, or is written off by name'),
  unheard: z.array(unheardDevice),
  tickets: z.object({ sold: z.int(), used: z.int(), unused: z.int() }),
  people: z.object({ sold: z.int(), admitted: z.int(), left: z.int(), inside: z.int() }),
  entries: z.object({
    exact: z.int(),
    provisional: z.int(),
    byHand: z.int(),
    withoutTicket: z.int(),
    annulled: z.int(),
  }),
  refused: z.partialRecord(z.enum(REASONS), z.int()),
  forged: z.int(),
  peaks: z.object({ minute: peak, quarter: peak }),
  gates: z.array(
    z.object({
      gate: z.string(),
      name: localized,
      admitted: z.int(),
      refused: z.int(),
      peakMinute: peak,
    }),
  ),
  conflicts: z.object({ all: z.int(), open: z.int(), settled: z.int(), dissolved: z.int() }),
  desk: z.object({ reissued: z.int(), blocked: z.int(), unblocked: z.int() }),
  cash: z.array(z.object({ currency: z.string(), minor: z.int() })),
});
export type NightReport = z.infer<typeof nightReport>;

export const reportQuery = z.strictObject({
  format: z.enum(['json', 'csv', 'pdf']).default('json'),
});
