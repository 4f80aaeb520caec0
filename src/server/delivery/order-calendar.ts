// The calendar of an order: asked for by its link, and sent along with the letters that say when a match is.
import type { Template } from '#domain/delivery/occasions.ts';
import { orderPage } from '#protocol/shop-addresses.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { ServerContext } from '#server/server-context.ts';
import { readFateNotice } from '#server/venue/match-fate.ts';
import { type Calendar, matchCalendar } from './match-calendar.ts';
import { type OrderPapers, papersOfOrder } from './order-papers.ts';

type Context = Pick<ServerContext, 'pool' | 'catalogue' | 'now'>;

/** Letters after which the calendar says something else. */
const WITH_CALENDAR: ReadonlySet<Template> = new Set([
  'order-paid',
  'order-cancelled',
  'match-moved',
  'match-postponed',
  'match-cancelled',
]);

/** @param publicUrl - where buyers find the shop; null: nobody has said */
export async function orderCalendar(
  { pool, now }: Pick<Context, 'pool' | 'now'>,
  { stored, event, tickets }: OrderPapers,
  publicUrl: string | null,
): Promise<Calendar> {
  const { id: eventId, name, venue, startsAt, endsAt } = event.ground.event;
  const notice = await readFateNotice(pool, stored.event);
  const live = tickets.filter(({ isLive }) => isLive);
  return matchCalendar({
    ...{ eventId, name, startsAt, endsAt, venue: venue.name },
    orderRef: stored.id,
    fate: notice?.kind ?? 'as-planned',
    // Tickets do not come back to life: with each that goes, and with each change of the match, it rises.
    sequence: (notice?.changes ?? 0) + (tickets.length - live.length),
    changedAt: Math.max(stored.orderedAt, notice?.noticeAt ?? 0),
    writtenAt: now(),
    tickets: live.map(({ face, advice }) => ({
      seat:
        face.seat === null
          ? face.section
          : [face.section, face.row, face.seat].filter((part) => part !== null).join('-'),
      route: advice.words,
    })),
    url: publicUrl === null ? null : new URL(orderPage(stored.id), publicUrl).href,
  });
}

/** What goes with a letter. A letter whose order has no papers any more goes without. */
export async function calendarOfLetter(
  context: Context,
  letter: { readonly occasion: { readonly template: Template }; readonly orderRef: string | null },
  publicUrl: string,
): Promise<Calendar | null> {
  if (letter.orderRef === null || !WITH_CALENDAR.has(letter.occasion.template)) return null;
  try {
    const papers = await papersOfOrder(context, letter.orderRef);
    if (papers.tickets.length === 0) return null;
    return await orderCalendar(context, papers, publicUrl);
  } catch (error) {
    if (error instanceof HttpProblem) return null;
    throw error;
  }
}
