// `GET /events/{id}/list`: everything a lane needs to decide alone, and nothing it could mint with.
import { z } from 'zod';
import { TICKET_STATUSES } from '#domain/entry/ticket.ts';

/** Tickets in one page; a lane asks again with `cursor` while there are more. */
export const LIST_PAGE_MAX = 20_000;

/**
 * One ticket as an array, because a list has 80,000 of them:
 * serial · change number · code hashes (base64url, first is the current code) · issue · status index ·
 * blocked 0/1 · ref · type · section · row · seat · the rest, only if there is any.
 */
export const listRow = z.tuple([
  z.int(),
  z.int(),
  z.array(z.string()),
  z.int(),
  z
    .int()
    .min(0)
    .max(TICKET_STATUSES.length - 1),
  z.int().min(0).max(1),
  z.string(),
  z.string(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z
    .object({
      stand: z.string().optional(),
      gates: z.array(z.string()).optional(),
      from: z.int().optional(),
      until: z.int().optional(),
      admits: z.int().optional(),
      referral: z.string().optional(),
    })
    .nullable(),
]);
export type ListRow = z.infer<typeof listRow>;

export const listPage = z.object({
  cursor: z.string().describe('`epoch:n`; pass as `since` to get what changed after it'),
  hasMore: z.boolean(),
  asOf: z.iso.datetime(),
  tickets: z.array(listRow),
  /** On the last page only: what the lane must hold now. */
  whole: z
    .object({
      count: z.int(),
      hash: z.string().describe('SHA-256, hex, of “serial:change,” of every ticket by serial'),
    })
    .nullable(),
});
export type ListPage = z.infer<typeof listPage>;

/** A page as a lane takes it: its rows are checked as {@link listRow} checks them, but at once. */
export const arrivingPage = listPage.extend({
  tickets: z.custom<ListRow[]>((rows) => Array.isArray(rows) && rows.every(isListRow), {
    error: 'are not rows of tickets',
  }),
});

/** The same as {@link listRow}, in a thirtieth of the time: a phone has 80,000 to check before it is ready. */
export function isListRow(row: unknown): row is ListRow {
  if (!Array.isArray(row) || row.length !== 12) return false;
  const [serial, change, hashes, issue, status, blocked, ref, type, ...rest] = row;
  const [section, place, seat, more] = rest;
  return (
    [serial, change, issue].every(Number.isSafeInteger) &&
    isIndex(status, TICKET_STATUSES.length) &&
    isIndex(blocked, 2) &&
    Array.isArray(hashes) &&
    hashes.every(isText) &&
    isText(ref) &&
    isText(type) &&
    [section, place, seat].every((part) => part === null || isText(part)) &&
    (more === null || isRest(more))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isIndex(value: unknown, count: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < count;
}

/** Few rows have one. */
function isRest(value: unknown): boolean {
  return listRow.def.items[11].safeParse(value).success;
}
