import type { Localized } from './ticket-face.ts';

/** A moment as the clock on the ground's wall shows it: `19:35`. */
export function clockTime(at: number, timeZone: string): string {
  const part = partsOf(at, timeZone, 'en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
  return `${part('hour')}:${part('minute')}`;
}

/** The ground's date: `2026年11月29日 周日` and `Sunday 29 November 2026`. */
export function dateLine(at: number, timeZone: string): Localized {
  const zh = partsOf(at, timeZone, 'zh-CN', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
  });
  const en = partsOf(at, timeZone, 'en-GB', {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    weekday: 'long',
  });
  return {
    'zh-CN': `${zh('year')}年${zh('month')}月${zh('day')}日 ${zh('weekday')}`,
    en: `${en('weekday')} ${en('day')} ${en('month')} ${en('year')}`,
  };
}

/** The ground's date where room is short: `2026-11-29`. */
export function isoDate(at: number, timeZone: string): string {
  const part = partsOf(at, timeZone, 'en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** The clock time, with the day before it where that is not the match day: `11/28 22:00`. */
export function clockTimeBeside(at: number, matchAt: number, timeZone: string): string {
  if (dateLine(at, timeZone).en === dateLine(matchAt, timeZone).en) return clockTime(at, timeZone);
  const part = partsOf(at, timeZone, 'en-GB', { month: 'numeric', day: 'numeric' });
  return `${Number(part('month'))}/${Number(part('day'))} ${clockTime(at, timeZone)}`;
}

function partsOf(
  at: number,
  timeZone: string,
  locale: string,
  options: Intl.DateTimeFormatOptions,
): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = formatterOf(timeZone, locale, options).formatToParts(at);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
}

/** A formatter costs more to make than a thousand dates to format. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(
  timeZone: string,
  locale: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${Object.values(options).join()} ${Object.keys(options).join()}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formatters.set(key, known);
  return known;
}
