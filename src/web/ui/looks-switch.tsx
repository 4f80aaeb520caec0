import { useIntl } from 'react-intl';
import { joinClasses } from './join-classes.ts';
import { LANGUAGES } from './language.ts';
import { THEMES, useLooks } from './looks.tsx';

const NAMES = { zh: '中文', en: 'English' } as const;

/** Language and theme, each as a row of choices. */
export function LooksSwitch({ isForLane = false }: { readonly isForLane?: boolean }) {
  const { language, theme, setLanguage, setTheme } = useLooks();
  const intl = useIntl();
  return (
    <div className="flex flex-col gap-3">
      <Choices
        label={intl.formatMessage({ id: 'shared.language' })}
        choices={LANGUAGES.map((value) => ({ value, word: NAMES[value] }))}
        chosen={language}
        onChoose={setLanguage}
        isForLane={isForLane}
      />
      <Choices
        label={intl.formatMessage({ id: 'shared.theme' })}
        choices={THEMES.map((value) => ({
          value,
          word: intl.formatMessage({ id: `shared.theme.${value}` }),
        }))}
        chosen={theme}
        onChoose={setTheme}
        isForLane={isForLane}
      />
    </div>
  );
}

export function Choices<T extends string>({
  label,
  choices,
  chosen,
  onChoose,
  isForLane = false,
  isLabelHidden = false,
}: {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly word: string }[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
  readonly isForLane?: boolean;
  /** Where the title above says the same. */
  readonly isLabelHidden?: boolean;
}) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className={isLabelHidden ? 'sr-only' : 'mb-1 font-semibold text-sm'}>{label}</legend>
      <div className="flex overflow-hidden rounded-md border border-line">
        {choices.map(({ value, word }) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === chosen}
            onClick={() => onChoose(value)}
            className={joinClasses(
              'flex-1 border-line border-l px-3 font-semibold first:border-l-0',
              isForLane ? 'min-h-16 text-base' : 'min-h-9 text-sm',
              value === chosen ? 'bg-fg text-ground' : 'bg-raised text-fg',
            )}
          >
            {word}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
