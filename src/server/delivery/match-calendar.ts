// The match for a calendar (RFC 5545): in both languages, with the way to the gate. Calendars are shared, so
// nothing in it opens an order or a gate.
import ical, {
  ICalAlarmType,
  ICalCalendarMethod,
  ICalEventBusyStatus,
  ICalEventStatus,
} from 'ical-generator';
import { LETTER_WORDS } from '#domain/delivery/letter-words.ts';
import { formatMessage } from '#domain/delivery/message-format.ts';
import type { MatchFate } from '#domain/refunds/terms.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import { bothLanguages } from '#server/paper/seat-line.ts';

export type CalendarMatch = {
  readonly eventId: string;
  readonly orderRef: string;
  readonly name: Localized;
  readonly venue: Localized;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly fate: MatchFate['kind'];
  /** Rises with whatever is different from the entry before: a calendar takes the highest. */
  readonly sequence: number;
  /** When what stands here came to be. */
  readonly changedAt: number;
  readonly writtenAt: number;
  /** One for each ticket that is good: the seat, and how to come in. None: the entry goes. */
  readonly tickets: readonly { readonly seat: string | null; readonly route: Localized | null }[];
  /** Of the order, without its secret; null where nobody has said where the shop is. */
  readonly url: string | null;
};

/** Before kick-off, when a calendar reminds. */
const REMINDER_SECONDS = 3 * 3600;

export type Calendar = { readonly text: string; readonly method: 'PUBLISH' | 'CANCEL' };

export function matchCalendar(match: CalendarMatch): Calendar {
  const isOff = match.fate === 'cancelled' || match.tickets.length === 0;
  const method = isOff ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH;
  const calendar = ical({
    prodId: { company: 'Kaimen', product: 'Tickets', language: 'EN' },
    method,
  });
  const event = calendar.createEvent({
    // The same for ever: a match that is moved moves in the calendar, and is not there twice.
    id: `${match.eventId}.${match.orderRef}@kaimen`,
    sequence: match.sequence,
    // With a METHOD, the moment of writing (§3.8.7.2).
    stamp: new Date(match.writtenAt),
    lastModified: new Date(match.changedAt),
    start: new Date(match.startsAt),
    end: new Date(match.endsAt),
    summary: bothLanguages(title(match), ' · '),
    location: bothLanguages(match.venue, ' · '),
    description: described(match),
    url: match.url,
    status: statusOf(match, isOff),
    busystatus: isOff ? ICalEventBusyStatus.FREE : ICalEventBusyStatus.BUSY,
  });
  if (!isOff && match.fate !== 'postponed') {
    event.createAlarm({ type: ICalAlarmType.display, trigger: REMINDER_SECONDS });
  }
  return { text: calendar.toString(), method };
}

function statusOf({ fate }: CalendarMatch, isOff: boolean): ICalEventStatus {
  if (isOff) return ICalEventStatus.CANCELLED;
  // Its day is not known: the old one stands there, marked as uncertain.
  return fate === 'postponed' ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED;
}

/** In the words of the letter that tells of it. */
function title({ fate, name }: CalendarMatch): Localized {
  if (fate !== 'postponed' && fate !== 'cancelled') return name;
  const words = LETTER_WORDS[`match-${fate}.subject`];
  const said = (language: keyof Localized) =>
    formatMessage(words[language], { match: name[language] }, language);
  return { 'zh-CN': said('zh-CN'), en: said('en') };
}

function described({ tickets, url }: CalendarMatch): string {
  const lines = (language: keyof Localized) =>
    tickets.map(({ seat, route }) =>
      [...(seat === null ? [] : [seat]), ...(route === null ? [] : [route[language]])].join(' · '),
    );
  const parts = [unique(lines('zh-CN')), unique(lines('en')), url === null ? [] : [url]];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)].filter((line) => line !== '');
}
