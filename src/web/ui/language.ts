// Two languages, both originals. A catalogue holds them side by side, so that neither is forgotten.
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** As browsers and speech say it. */
export const LOCALE_OF: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en' };

/** ICU messages (FormatJS syntax) by id, the same arguments in both. */
export type Catalogue = Readonly<Record<string, Readonly<Record<Language, string>>>>;

export function messagesIn(
  language: Language,
  ...catalogues: readonly Catalogue[]
): Record<string, string> {
  return Object.fromEntries(
    catalogues.flatMap((catalogue) =>
      Object.entries(catalogue).map(([id, words]) => [id, words[language]]),
    ),
  );
}

/** The first of the device's languages that we speak. */
export function languageFrom(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const [language] = tag.toLowerCase().split('-', 1);
    if (language === 'zh' || language === 'en') return language;
  }
  return 'zh';
}
