import { useNavigate, useSearch } from '@tanstack/react-router';
import { useIntl } from 'react-intl';
import type { Search } from '../router.tsx';

/** A filter that lives in the address. */
export function Filter({
  name,
  label,
  choices,
  none,
}: {
  readonly name: keyof Search;
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly word: string }[];
  /** What it is called when nothing is chosen; all of them, if not said. */
  readonly none?: string;
}) {
  const intl = useIntl();
  const navigate = useNavigate();
  const chosen = (useSearch({ strict: false }) as Search)[name] ?? '';
  return (
    <label className="flex items-center gap-2 text-sm">
      <span className="text-quiet">{label}</span>
      <select
        value={chosen}
        onChange={(changed) =>
          void navigate({
            to: '.',
            replace: true,
            search: (before: Search) => ({
              ...before,
              [name]: changed.target.value === '' ? undefined : changed.target.value,
            }),
          })
        }
        className="min-h-8 rounded-md border border-line bg-raised px-2"
      >
        <option value="">{none ?? intl.formatMessage({ id: 'filter.all' })}</option>
        {choices.map(({ value, word }) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}
