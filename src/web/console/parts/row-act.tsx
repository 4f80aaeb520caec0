import { FormattedMessage } from 'react-intl';

/** A small act at the end of a row. */
export function RowAct({ word, onPress }: { readonly word: string; readonly onPress: () => void }) {
  return (
    <button
      type="button"
      onClick={onPress}
      className="min-h-6 whitespace-nowrap font-semibold text-accent-text underline"
    >
      <FormattedMessage id={word} />
    </button>
  );
}
