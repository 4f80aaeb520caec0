// An occasion put into words: a subject and blocks, which become text and HTML alike.
import { assert } from '#domain/kernel/assert.ts';
import { dayText, momentText, moneyText } from './figures.ts';
import { LETTER_WORDS, type LetterKey } from './letter-words.ts';
import { formatMessage, type Language, type MessageValues } from './message-format.ts';
import type { Match, Occasion, ToldTicket } from './occasions.ts';

export type Fact = readonly [label: string, value: string];

export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'note'; readonly text: string };

export type Letter = {
  readonly language: Language;
  readonly subject: string;
  readonly blocks: readonly Block[];
};

/** To whom, and where they read on; kept apart from the occasion, and sealed. */
export type Reader = {
  readonly name: string | null;
  /** Of the order's page with its secret in the fragment, or to sign in; null: nothing to read on. */
  readonly link: string | null;
};

export function letterOf(occasion: Occasion, reader: Reader, language: Language): Letter {
  const say = (key: LetterKey, values: MessageValues = {}) =>
    formatMessage(LETTER_WORDS[key][language], values, language);
  const { subject, body } = wordsOf(occasion, say, language);
  const greeting =
    reader.name === null ? say('greeting.nobody') : say('greeting', { name: reader.name });
  return {
    language,
    subject: subject.replace(/\s+/g, ' '),
    blocks: [
      { kind: 'paragraph', text: greeting },
      ...body,
      ...linkBlocks(occasion, reader, say),
      ...noteBlocks(occasion, say),
    ],
  };
}

type Say = (key: LetterKey, values?: MessageValues) => string;
type Words = { readonly subject: string; readonly body: readonly Block[] };

function wordsOf(occasion: Occasion, say: Say, language: Language): Words {
  const lead = (values: MessageValues = {}): Block => ({
    kind: 'paragraph',
    text: say(`${occasion.template}.lead`, values),
  });
  const subject = (values: MessageValues = {}) => say(`${occasion.template}.subject`, values);
  switch (occasion.template) {
    case 'order-paid': {
      const { match, tickets, total } = occasion.facts;
      const count = tickets.length;
      const facts = [
        ...matchFacts(match, say, language),
        [say('label.paid'), moneyText(total, language)] as const,
      ];
      const day = dayText(match.startsAt, match.timeZone, language);
      return {
        subject: subject({ match: match.name[language], day, count }),
        body: [
          lead({ count }),
          { kind: 'facts', facts },
          { kind: 'facts', facts: tickets.map((ticket) => ticketFact(ticket, say, language)) },
        ],
      };
    }
    case 'order-cancelled': {
      const { match, cancelled, kept, refund } = occasion.facts;
      const amount = moneyText(refund, language);
      return {
        subject: subject({ match: match.name[language], count: cancelled }),
        body: [
          lead({ count: cancelled, kept, amount }),
          { kind: 'facts', facts: matchFacts(match, say, language) },
        ],
      };
    }
    case 'refund-sent':
    case 'match-cancelled': {
      const { match, refund } = occasion.facts;
      return aboutMoney(match, moneyText(refund, language));
    }
    case 'payment-returned':
      return aboutMoney(occasion.facts.match, moneyText(occasion.facts.amount, language));
    case 'match-moved':
    case 'match-postponed':
      return changedMatch(occasion, say, language);
    case 'entry-risks':
      return riskWords(occasion.facts, say, language);
    case 'sign-in':
      return { subject: subject(), body: [lead({ minutes: occasion.facts.minutes })] };
    case 'order-links':
      return { subject: subject(), body: [lead({ count: occasion.facts.orders })] };
  }

  function aboutMoney(match: Match, amount: string): Words {
    return {
      subject: subject({ amount, match: match.name[language] }),
      body: [lead({ amount }), { kind: 'facts', facts: matchFacts(match, say, language) }],
    };
  }
}

function riskWords(
  facts: Extract<Occasion, { template: 'entry-risks' }>['facts'],
  say: Say,
  language: Language,
): Words {
  const { match, doorsAt, sold, sellable, found, risks } = facts;
  const number = new Intl.NumberFormat(language);
  const more = found - risks.length;
  const listed = risks.map(
    ({ severity, words }): Fact => [say(`label.${severity}`), words[language]],
  );
  return {
    subject: say('entry-risks.subject', { match: match.name[language], found }),
    body: [
      { kind: 'paragraph', text: say('entry-risks.lead', { found }) },
      {
        kind: 'facts',
        facts: [
          ...matchFacts(match, say, language),
          [say('label.doors'), momentText(doorsAt, match.timeZone, language)],
          [say('label.sold'), number.format(sold)],
          [say('label.sellable'), number.format(sellable)],
        ],
      },
      ...(listed.length === 0 ? [] : [{ kind: 'facts' as const, facts: listed }]),
      ...(more === 0
        ? []
        : [{ kind: 'paragraph' as const, text: say('entry-risks.more', { more }) }]),
    ],
  };
}

function changedMatch(
  { template, facts }: Extract<Occasion, { template: 'match-moved' | 'match-postponed' }>,
  say: Say,
  language: Language,
): Words {
  const { match } = facts;
  const when = (at: number) => momentText(at, match.timeZone, language);
  const [whole, ...rest] = matchFacts(match, say, language);
  assert(whole !== undefined, 'a match has facts');
  const times: Fact[] =
    'before' in facts
      ? [
          [say('label.before'), `${when(facts.before.startsAt)} · ${facts.before.venue[language]}`],
          [say('label.now'), `${when(match.startsAt)} · ${match.venue[language]}`],
        ]
      : [[say('label.before'), when(match.startsAt)], ...rest.slice(1)];
  const back: Block[] = returnWords(facts, say, when).map((text) => ({ kind: 'paragraph', text }));
  const day = dayText(match.startsAt, match.timeZone, language);
  return {
    subject: say(`${template}.subject`, { match: match.name[language], day }),
    body: [
      { kind: 'paragraph', text: say(`${template}.lead`) },
      { kind: 'facts', facts: [whole, ...times] },
      ...back,
    ],
  };
}

function returnWords(
  facts: Extract<Occasion, { template: 'match-moved' | 'match-postponed' }>['facts'],
  say: Say,
  when: (at: number) => string,
): string[] {
  if ('mayReturn' in facts) return facts.mayReturn ? [say('return-open')] : [];
  return facts.returnBy === null ? [] : [say('return-by', { until: when(facts.returnBy) })];
}

function matchFacts(match: Match, say: Say, language: Language): Fact[] {
  return [
    [say('label.match'), match.name[language]],
    [say('label.when'), momentText(match.startsAt, match.timeZone, language)],
    [say('label.where'), match.venue[language]],
  ];
}

function ticketFact({ seat, type, route }: ToldTicket, say: Say, language: Language): Fact {
  const words = [seat ?? say('label.no-seat'), type[language], ...(route ? [route[language]] : [])];
  return [say('label.ticket'), words.join(' · ')];
}

function linkBlocks({ template }: Occasion, { link }: Reader, say: Say): Block[] {
  if (link === null) return [];
  if (template === 'entry-risks') return [{ kind: 'link', text: say('open-plan'), href: link }];
  if (template === 'sign-in') return [{ kind: 'link', text: say('open-sign-in'), href: link }];
  return [
    {
      kind: 'link',
      text: say(template === 'order-links' ? 'open-orders' : 'open-order'),
      href: link,
    },
    { kind: 'note', text: say('keep-private') },
  ];
}

function noteBlocks(occasion: Occasion, say: Say): Block[] {
  if (occasion.template === 'sign-in' || occasion.template === 'order-links') return [];
  if (occasion.template === 'entry-risks') {
    return [{ kind: 'note', text: say('entry-risks.because') }];
  }
  const order = occasion.facts.orderRef;
  return [
    { kind: 'facts', facts: [[say('label.order'), order]] },
    { kind: 'note', text: say('sent-because', { order }) },
  ];
}
