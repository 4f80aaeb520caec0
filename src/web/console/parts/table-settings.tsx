import { useState } from 'react';
import { FormattedMessage } from 'react-intl';

export type Settings = {
  readonly hidden: ReadonlySet<string>;
  readonly isDense: boolean;
  toggleColumn(id: string): void;
  toggleDensity(): void;
};

/** Kept on this device, table by table. */
export function useTableSettings(name: string): Settings {
  const [state, setState] = useState(() => load(name));
  const change = (next: Kept) => {
    setState(next);
    try {
      localStorage.setItem(`kaimen.table.${name}`, JSON.stringify(next));
    } catch {
      // It holds until the page is left.
    }
  };
  return {
    hidden: new Set(state.hidden),
    isDense: state.isDense,
    toggleColumn: (id) => {
      const isHidden = state.hidden.includes(id);
      const hidden = isHidden ? state.hidden.filter((each) => each !== id) : [...state.hidden, id];
      change({ ...state, hidden });
    },
    toggleDensity: () => change({ ...state, isDense: !state.isDense }),
  };
}

type Kept = { readonly hidden: readonly string[]; readonly isDense: boolean };

function load(name: string): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(`kaimen.table.${name}`) ?? '{}') as Partial<Kept>;
    return { hidden: kept.hidden ?? [], isDense: kept.isDense ?? true };
  } catch {
    return { hidden: [], isDense: true };
  }
}

export function TableSettings({
  columns,
  settings,
  onExport,
}: {
  readonly columns: readonly { readonly id: string; readonly word: string }[];
  readonly settings: Settings;
  readonly onExport: () => void;
}) {
  return (
    <>
      <details className="relative">
        <summary className="flex min-h-8 list-none items-center rounded-md px-2 text-quiet hover:text-fg">
          <FormattedMessage id="table.columns" />
        </summary>
        <div className="absolute right-0 z-10 flex min-w-48 flex-col gap-1 rounded-md border border-line bg-raised p-3 shadow-float">
          {columns.map(({ id, word }) => (
            <label key={id} className="flex min-h-6 items-center gap-2">
              <input
                type="checkbox"
                checked={!settings.hidden.has(id)}
                onChange={() => settings.toggleColumn(id)}
              />
              {word}
            </label>
          ))}
          <label className="mt-1 flex min-h-6 items-center gap-2 border-line border-t pt-2">
            <input type="checkbox" checked={settings.isDense} onChange={settings.toggleDensity} />
            <FormattedMessage id="table.dense" />
          </label>
        </div>
      </details>
      <button
        type="button"
        className="min-h-8 rounded-md px-2 text-quiet hover:text-fg"
        onClick={onExport}
      >
        <FormattedMessage id="table.export" />
      </button>
    </>
  );
}
