import { useId } from 'react';
import { useWords } from '../use-words.ts';

/** One of several, by the device's own picker. */
export function PickField({
  label,
  value,
  options,
  onPick,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly word: string }[];
  readonly onPick: (value: string) => void;
}) {
  const { say } = useWords();
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-semibold text-sm">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onPick(event.target.value)}
        className="min-h-11 w-full rounded-md border border-line bg-raised px-3 text-base text-fg"
      >
        <option value="" disabled>
          {say('list.choose')}
        </option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.word}
          </option>
        ))}
      </select>
    </div>
  );
}
