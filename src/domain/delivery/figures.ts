// Money and moments as people read them.

import type { Language } from './message-format.ts';
import type { Money } from './occasions.ts';

/** `¥380.00`, as the language writes the currency. */
export function moneyText({ amountMinor, currency }: Money, language: Language): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** digits);
}

/** The day at the ground: `2026年11月29日 周日`, `Sunday 29 November 2026`. */
export function dayText(at: number, timeZone: string, language: Language): string {
  const part = partsOf(at, timeZone, language, {
    year: 'numeric',
    month: language === 'en' ? 'long' : 'numeric',
    day: 'numeric',
    weekday: language === 'en' ? 'long' : 'short',
  });
  return language === 'en'
    ? `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}`
    : `${part('year')}年${part('month')}月${part('day')}日 ${part('weekday')}`;
}

/** The ground's clock: `18:40`. */
export function clockText(at: number, timeZone: string): string {
  const part = partsOf(at, timeZone, 'en', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return `${part('hour')}:${part('minute')}`;
}

export function momentText(at: number, timeZone: string, language: Language): string {
  const comma = language === 'en' ? ', ' : ' ';
  return `${dayText(at, timeZone, language)}${comma}${clockText(at, timeZone)}`;
}

function partsOf(
  at: number,
  timeZone: string,
  language: Language,
  options: Intl.DateTimeFormatOptions,
): (type: Intl.DateTimeFormatPartTypes) => string {
  const locale = language === 'en' ? 'en-GB' : language;
  const parts = formatterOf(locale, timeZone, options).formatToParts(at);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
}

/** A formatter costs more to make than a thousand dates to format. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(
  locale: string,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${Object.keys(options).join()}`;
  const format = formatters.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formatters.set(key, format);
  return format;
}
