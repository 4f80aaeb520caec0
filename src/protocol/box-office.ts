// The box office and the help desk: seats held and sold in one go, orders by phone, drawers and slips. Seats and
// money as in the shop.
import { z } from 'zod';
import { id, localized, time, timeOut, words } from './primitives.ts';
import { holdRequest, holdView, PLACES_PER_HOLD_MAX } from './shop.ts';
import { holdId, orderParams } from './shop-addresses.ts';
import { orderView } from './shop-orders.ts';

export const BOX_OFFICE = '/api/v1/events/:id/box-office';
export const DESK_SHIFTS = '/api/v1/desk/shifts';
/** Cash is in whole notes and coins of at most this much: what is typed by mistake is more. */
export const PRICE_MINOR_MAX = 1_000_000_000;
export const deskMinor = z.int().min(0).max(PRICE_MINOR_MAX);
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, such as CNY');

const DESK_CHANNELS = ['box-office', 'help-desk'] as const;
export const DESK_WAYS = ['cash', 'card', 'club-credit'] as const;
export type DeskWay = (typeof DESK_WAYS)[number];

export const eventParams = z.strictObject({ id });
export const boxOrderParams = z.strictObject({ id, order: orderParams.shape.id });
export const boxHoldParams = z.strictObject({ id, hold: holdId });
const printId = z.string().regex(/^print-[a-z2-7]{5,40}$/, 'use the id of a print');
export const printParams = z.strictObject({ id, print: printId });
const shiftId = z.string().regex(/^shift-[a-z2-7]{5,40}$/, 'use the id of a shift');
export const shiftParams = z.strictObject({ shift: shiftId });

export const deskOffer = z.object({
  channel: z.enum(DESK_CHANNELS),
  state: z.enum(['announced', 'on-sale', 'closed']).describe('of this channel'),
  currency: z.string(),
  placesMax: z.int(),
  categories: z.array(z.object({ id: z.string(), name: localized, left: z.int() })),
  standing: z.array(z.object({ section: z.string(), category: z.string(), left: z.int() })),
  types: z.array(z.object({ id: z.string(), name: localized, proof: localized.nullable() })),
  prices: z.array(z.object({ category: z.string(), type: z.string(), amountMinor: z.int() })),
  ways: z.array(z.enum(DESK_WAYS)).describe('that this server takes and this person may take'),
  isConsigning: z.boolean().describe('tickets may be counted out to this person'),
});
export type DeskOffer = z.infer<typeof deskOffer>;

/** `sale` is made up by the desk and names one sale in all its requests; the same again is the same sale. */
export const saleName = z
  .string()
  .regex(/^[A-Za-z0-9-]{16,64}$/, 'make up 16 to 64 letters and digits');
export const deskHoldRequest = z.strictObject({ sale: saleName, wish: holdRequest });
export const deskHold = holdView;
export type DeskHold = z.infer<typeof deskHold>;
export const deskReleaseRequest = z.strictObject({ sale: saleName });

export const deskTypes = z
  .array(z.strictObject({ line: words(20), type: id }))
  .max(PLACES_PER_HOLD_MAX)
  .default([]);
export const locale = z.enum(['zh-CN', 'en']);
const contact = z.strictObject({
  name: words(100).min(1),
  email: z.email().max(254).optional(),
  phone: words(40).optional(),
});
const taking = z.strictObject({
  provider: z.enum(DESK_WAYS),
  amountMinor: deskMinor.min(1),
  reference: words(64).min(1).optional().describe('of a card terminal: the number on its receipt'),
  member: id.optional().describe('whose credit it is; with club-credit only'),
});
const takings = z.array(taking).max(5).describe('together exactly what the order costs');

export const deskSaleRequest = z.strictObject({
  sale: saleName,
  hold: holdId,
  types: deskTypes,
  totalMinor: deskMinor.describe('as it was quoted: another total is refused, never charged'),
  payments: takings,
  buyer: contact.optional(),
  locale,
});
export type DeskSaleRequest = z.infer<typeof deskSaleRequest>;

const HANDOVERS = ['at-once', 'to-collect', 'collected', 'to-post', 'posted'] as const;
export const deskOrder = orderView.extend({ handover: z.enum(HANDOVERS) });
export type DeskOrder = z.infer<typeof deskOrder>;

/** An order by phone: its places are kept until it is paid, by transfer or when it is collected. */
export const reservationRequest = z.strictObject({
  sale: saleName,
  hold: holdId,
  types: deskTypes,
  totalMinor: deskMinor,
  buyer: contact.required({ phone: true }),
  handover: z.enum(['collect', 'post']),
  address: words(400).min(5).optional().describe('with `post` only; kept encrypted'),
  until: time.describe('its places are kept so long; 14 days at most, and not after the match'),
  locale,
});
export type ReservationRequest = z.infer<typeof reservationRequest>;

/** Who collects says the reference of the order, and their name or the end of their phone number. */
export const collectRequest = z.strictObject({
  name: words(100).min(1).optional(),
  phoneEnd: z
    .string()
    .regex(/^\d{4}$/, 'the last four digits')
    .optional(),
  payments: takings.default([]).describe('what is still to be paid'),
});
export const payRequest = z.strictObject({ payments: takings });

export const addressView = z.object({ name: z.string().nullable(), address: z.string() });

export const searchOrdersRequest = z.strictObject({ q: words(100).min(1) });
const orderFound = z.object({
  id: z.string(),
  state: z.string(),
  channel: z.string(),
  orderedAt: timeOut,
  handover: z.enum(HANDOVERS),
  name: z.string().nullable().describe('masked'),
  phone: z.string().nullable().describe('masked'),
  totalMinor: z.int(),
  currency: z.string(),
  tickets: z.array(z.object({ ref: z.string(), status: z.string(), copies: z.int() })),
});
export type OrderFound = z.infer<typeof orderFound>;
export const ordersFound = z.object({ orders: z.array(orderFound), hasMore: z.boolean() });
export type OrdersFound = z.infer<typeof ordersFound>;

// Drawers.

export const openShiftRequest = z.strictObject({ desk: id, currency, floatMinor: deskMinor });
export const moveRequest = z.strictObject({
  requestId: id.describe('the same again is the same line'),
  amountMinor: z
    .int()
    .min(-PRICE_MINOR_MAX)
    .max(PRICE_MINOR_MAX)
    .refine((amount) => amount !== 0, 'more or less than nothing'),
  reason: words(200).min(1),
});
export const closeShiftRequest = z.strictObject({
  countedMinor: deskMinor.describe('what is in the drawer, the float included'),
  note: words(200).optional(),
});
export const deskShift = z.object({
  id: z.string(),
  desk: z.string(),
  person: z.string(),
  currency: z.string(),
  floatMinor: z.int(),
  openedAt: timeOut,
  closedAt: timeOut.nullable(),
  sums: z
    .array(z.object({ provider: z.string(), count: z.int(), amountMinor: z.int() }))
    .describe('what was taken, by means'),
  movedMinor: z.int().describe('put in less taken out, and cash lines of the gate’s desk'),
  expectedMinor: z.int().describe('cash that should be in the drawer'),
  consigned: z
    .object({ out: z.int(), entered: z.int(), owedMinor: z.int() })
    .describe('tickets counted out in it: not answered for, said to be unsold and come in with'),
  countedMinor: z.int().nullable(),
  differenceMinor: z.int().nullable().describe('counted less expected'),
});
export type DeskShift = z.infer<typeof deskShift>;
export const ownShift = z.object({ shift: deskShift.nullable() });
export type OwnShift = z.infer<typeof ownShift>;

// Slips.

const TROUBLES = ['jam', 'paper-out', 'cover-open', 'offline', 'unknown'] as const;
export type PrintTrouble = (typeof TROUBLES)[number];
export const printRequest = z.strictObject({
  requestId: id.describe('the same again is the same print'),
  refs: z.array(id).min(1).max(PLACES_PER_HOLD_MAX),
});
const print = z.object({
  id: z.string(),
  ref: z.string(),
  state: z.enum(['queued', 'printing', 'printed', 'failed']),
  trouble: z.enum(TROUBLES).nullable(),
  copy: z.int().nullable().describe('0: the first; from 1 on it says DUPLICATE with this number'),
});
export type Print = z.infer<typeof print>;
export const prints = z.object({ prints: z.array(print) });
export type Prints = z.infer<typeof prints>;
export const startedPrint = print.extend({
  slip: z.string().describe('base64: what the printer is sent'),
});
export type StartedPrint = z.infer<typeof startedPrint>;
export const endPrintRequest = z
  .strictObject({ state: z.enum(['printed', 'failed']), trouble: z.enum(TROUBLES).optional() })
  .refine(({ state, trouble }) => (state === 'failed') === (trouble !== undefined), {
    path: ['trouble'],
    error: 'say what was wrong when it failed, and nothing when it did not',
  });
