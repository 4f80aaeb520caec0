// What goes out as a short message. Networks on the mainland take only templates that they have approved,
// filled with short values: a message is the template's id and its values, never free text.
import { clockText, dayText, moneyText } from './figures.ts';
import type { Language } from './message-format.ts';
import type { Occasion, Template } from './occasions.ts';

export type ShortText = {
  readonly template: Template;
  readonly language: Language;
  /** By the names that the approved template uses. */
  readonly values: Readonly<Record<string, string>>;
};

/** As long as networks allow a value to be. */
export const VALUE_LENGTH_MAX = 35;

/** @returns null where there is nothing to say in so few words */
export function shortTextOf(occasion: Occasion, language: Language): ShortText | null {
  if (occasion.template === 'sign-in' || occasion.template === 'order-links') return null;
  if (occasion.template === 'entry-risks') return null;
  const { facts, template } = occasion;
  const { match, orderRef } = facts;
  const money = 'refund' in facts ? facts.refund : 'amount' in facts ? facts.amount : null;
  const values = {
    match: match.name[language],
    day: dayText(match.startsAt, match.timeZone, language),
    time: clockText(match.startsAt, match.timeZone),
    order: orderRef,
    ...(money === null ? {} : { amount: moneyText(money, language) }),
  };
  const short = Object.entries(values).map(([name, value]) => [name, shortened(value)] as const);
  return { template, language, values: Object.fromEntries(short) };
}

function shortened(value: string): string {
  const characters = [...value];
  if (characters.length <= VALUE_LENGTH_MAX) return value;
  return `${characters.slice(0, VALUE_LENGTH_MAX - 1).join('')}…`;
}
