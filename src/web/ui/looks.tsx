// What a person chose for this device: language and theme. Kept in localStorage, shared by the apps.
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { IntlProvider } from 'react-intl';
import { type Catalogue, type Language, LOCALE_OF, languageFrom, messagesIn } from './language.ts';
import { SHARED_WORDS } from './shared-words.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export type Looks = {
  readonly language: Language;
  readonly theme: Theme;
  setLanguage(language: Language): void;
  setTheme(theme: Theme): void;
};

const LooksContext = createContext<Looks | null>(null);

export function useLooks(): Looks {
  const looks = useContext(LooksContext);
  if (looks === null) throw new Error('useLooks needs LooksProvider around it');
  return looks;
}

/** Puts messages, language and theme around an app, and on `<html>`. */
export function LooksProvider({
  words,
  children,
}: {
  readonly words: Catalogue;
  readonly children: ReactNode;
}) {
  const [language, setLanguageState] = useState<Language>(
    () => kept('language', ['zh', 'en']) ?? languageFrom(navigator.languages),
  );
  const [theme, setThemeState] = useState<Theme>(() => kept('theme', THEMES) ?? 'auto');
  const isSystemDark = useSyncExternalStore(watchSystemTheme, () => systemTheme.matches);
  const isDark = theme === 'auto' ? isSystemDark : theme === 'dark';

  useEffect(() => {
    document.documentElement.lang = LOCALE_OF[language];
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
    document
      .querySelector('meta[name="theme-color"]')
      ?.setAttribute('content', isDark ? '#14161a' : '#faf8f3');
  }, [isDark]);

  const setLanguage = useCallback((next: Language) => {
    keep('language', next);
    setLanguageState(next);
  }, []);
  const setTheme = useCallback((next: Theme) => {
    keep('theme', next);
    setThemeState(next);
  }, []);
  const looks = useMemo(
    () => ({ language, theme, setLanguage, setTheme }),
    [language, theme, setLanguage, setTheme],
  );
  const messages = useMemo(() => messagesIn(language, SHARED_WORDS, words), [language, words]);
  return (
    <LooksContext value={looks}>
      <IntlProvider locale={LOCALE_OF[language]} messages={messages} onError={failLoudly}>
        {children}
      </IntlProvider>
    </LooksContext>
  );
}

/** A message that is missing is a bug; the browser tests fail on whatever is logged as an error. */
function failLoudly(error: unknown): void {
  console.error(error);
}

const systemTheme = matchMedia('(prefers-color-scheme: dark)');

function watchSystemTheme(changed: () => void): () => void {
  systemTheme.addEventListener('change', changed);
  return () => systemTheme.removeEventListener('change', changed);
}

function kept<T extends string>(name: string, choices: readonly T[]): T | null {
  try {
    const value = localStorage.getItem(`kaimen.${name}`);
    return choices.find((choice) => choice === value) ?? null;
  } catch {
    // Storage is switched off: the device's own choice holds.
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`kaimen.${name}`, value);
  } catch {
    // It holds until the page is left.
  }
}
