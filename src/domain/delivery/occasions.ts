// What a buyer is told about, and with which facts. An occasion is written down where it happens and put into
// words when it is sent; it holds no name, address or secret.
import type { Localized } from '#domain/venue/match-event.ts';

export type Match = {
  readonly name: Localized;
  readonly venue: Localized;
  readonly startsAt: number;
  readonly timeZone: string;
};

export type Money = { readonly amountMinor: number; readonly currency: string };

/** A ticket as a letter names it. */
export type ToldTicket = {
  readonly ref: string;
  /** As people read it, `N103-12-7`; null where there is no seat. */
  readonly seat: string | null;
  readonly type: Localized;
  /** How to come in, a sentence; null while nothing is known. */
  readonly route: Localized | null;
};

export type Occasion =
  | {
      readonly template: 'order-paid';
      readonly facts: {
        readonly orderRef: string;
        readonly match: Match;
        readonly tickets: readonly ToldTicket[];
        readonly total: Money;
      };
    }
  | {
      readonly template: 'order-cancelled';
      readonly facts: {
        readonly orderRef: string;
        readonly match: Match;
        /** Tickets that are no longer good. */
        readonly cancelled: number;
        readonly kept: number;
        /** What goes back, as it was quoted. */
        readonly refund: Money;
      };
    }
  | {
      readonly template: 'refund-sent';
      readonly facts: { readonly orderRef: string; readonly match: Match; readonly refund: Money };
    }
  | {
      readonly template: 'payment-returned';
      readonly facts: { readonly orderRef: string; readonly match: Match; readonly amount: Money };
    }
  | {
      readonly template: 'match-moved';
      readonly facts: {
        readonly orderRef: string;
        readonly before: Match;
        readonly match: Match;
        /** Until when money back may be asked for; null: it may not. */
        readonly returnBy: number | null;
      };
    }
  | {
      readonly template: 'match-postponed';
      readonly facts: {
        readonly orderRef: string;
        readonly match: Match;
        /** Whether money back may be asked for, for as long as there is no new date. */
        readonly mayReturn: boolean;
      };
    }
  | {
      readonly template: 'match-cancelled';
      readonly facts: { readonly orderRef: string; readonly match: Match; readonly refund: Money };
    }
  | {
      /** To staff, a day before doors. */
      readonly template: 'entry-risks';
      readonly facts: {
        readonly match: Match;
        readonly doorsAt: number;
        readonly sold: number;
        /** What may be sold by the one-hour rule. */
        readonly sellable: number;
        /** How many risks there are; the worst of them follow. */
        readonly found: number;
        readonly risks: readonly {
          readonly severity: 'high' | 'medium';
          readonly words: Localized;
        }[];
      };
    }
  | {
      readonly template: 'sign-in';
      /** @param minutes - for which the link is good */
      readonly facts: { readonly minutes: number };
    }
  | {
      readonly template: 'order-links';
      /** How many the link leads to. */
      readonly facts: { readonly orders: number };
    };

export type Template = Occasion['template'];
export const TEMPLATES: readonly Template[] = [
  'order-paid',
  'order-cancelled',
  'refund-sent',
  'payment-returned',
  'match-moved',
  'match-postponed',
  'match-cancelled',
  'sign-in',
  'order-links',
  'entry-risks',
];
