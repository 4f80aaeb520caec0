import { FormattedNumber } from 'react-intl';

/** With both decimals, as on a bill. */
export function Money({ minor, currency }: { readonly minor: number; readonly currency: string }) {
  return (
    <span className="tabular-nums">
      <FormattedNumber
        value={minor / 100}
        style="currency"
        currency={currency}
        currencyDisplay="narrowSymbol"
      />
    </span>
  );
}
