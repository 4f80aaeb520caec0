// Times as people at the ground read them: in the ground's zone, 24 hours, whatever the device thinks.
import type { Instant } from '#domain/kernel/instant.ts';
import type { Language } from './language.ts';

const LOCALES: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' };
const made = new Map<string, Intl.DateTimeFormat>();

export type GroundTime = {
  /** 19:35 */
  time(at: Instant): string;
  /** 19:35:02 */
  seconds(at: Instant): string;
  /** 11月29日 周日 · Sun 29 Nov */
  day(at: Instant): string;
  /** 2026年11月29日 周日 19:35 · Sun 29 November 2026, 19:35 */
  whole(at: Instant): string;
};

export function groundTime(timeZone: string, language: Language): GroundTime {
  const format = (options: Intl.DateTimeFormatOptions) => (at: Instant) =>
    formatter(language, { ...options, timeZone, hourCycle: 'h23' }).format(at);
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const year = format({ year: 'numeric', month: 'long', day: 'numeric' });
  const weekday = format({ weekday: 'short' });
  return {
    time,
    seconds: format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    day: (at) =>
      language === 'zh'
        ? `${format({ month: 'long', day: 'numeric' })(at)} ${weekday(at)}`
        : `${weekday(at)} ${format({ month: 'short', day: 'numeric' })(at)}`,
    whole: (at) =>
      language === 'zh'
        ? `${year(at)} ${weekday(at)} ${time(at)}`
        : `${weekday(at)} ${year(at)}, ${time(at)}`,
  };
}

/** Made once: a formatter costs a millisecond, and a list of scans has hundreds. */
function formatter(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([language, options]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat(LOCALES[language], options);
  made.set(key, formatter);
  return formatter;
}
