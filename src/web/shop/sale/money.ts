// Money as people read it: ¥380 on a price tag, ¥380.00 on a bill.
import type { Language } from '#web/ui/language.ts';

const LOCALES: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' };

/** @param amountMinor - in hundredths, as all currencies here have them */
export function tag(amountMinor: number, currency: string, language: Language): string {
  const isWhole = amountMinor % 100 === 0;
  return written(amountMinor, currency, language, isWhole ? 0 : 2);
}

export function bill(amountMinor: number, currency: string, language: Language): string {
  return written(amountMinor, currency, language, 2);
}

function written(minor: number, currency: string, language: Language, digits: number): string {
  return new Intl.NumberFormat(LOCALES[language], {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(minor / 100);
}
