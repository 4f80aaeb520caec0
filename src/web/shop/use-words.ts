import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import type { Localized } from '#domain/venue/match-event.ts';
import { LOCALE_OF } from '#web/ui/language.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { bill, tag } from './sale/money.ts';

export type Values = Record<string, string | number>;

/** Words, names and prices in the language of the page. */
export function useWords() {
  const intl = useIntl();
  const { language } = useLooks();
  const say = useCallback(
    (id: string, values?: Values) => intl.formatMessage({ id }, values),
    [intl],
  );
  return {
    say,
    language,
    has: (id: string) => id in intl.messages,
    nameOf: useCallback(
      (name: Localized) => name[LOCALE_OF[language] === 'zh-CN' ? 'zh-CN' : 'en'],
      [language],
    ),
    tag: useCallback(
      (amountMinor: number, currency: string) => tag(amountMinor, currency, language),
      [language],
    ),
    bill: (amountMinor: number, currency: string) => bill(amountMinor, currency, language),
  };
}
