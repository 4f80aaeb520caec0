// The money for tickets that are here already: cash with its change, or a card terminal that has a line of its own.
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { minorOf } from '../desk/cash-dialog.tsx';
import { useLocalized } from '../parts/names.ts';
import { Money } from '../sell/money.tsx';
import { addPart, type Split } from '../sell/split.ts';
import type { KeptSale, KeptTicket } from './consigned-store.ts';

type Way = KeptSale['payments'][number]['provider'];
const WAY_KEYS: Readonly<Record<Way, string>> = { cash: 'Enter', card: 'k' };

export function AwayPay({
  tickets,
  onPaid,
  onGiveUp,
}: {
  readonly tickets: readonly KeptTicket[];
  readonly onPaid: (payments: KeptSale['payments'], changeMinor: number) => void;
  readonly onGiveUp: () => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const [split, setSplit] = useState<Split>(() => {
    const dueMinor = tickets.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    return { parts: [], dueMinor, changeMinor: 0 };
  });
  const currency = tickets[0]?.currency ?? 'CNY';
  const take = (way: Way) => {
    const given = typed.trim() === '' ? null : minorOf(typed);
    const isNoSum = typed.trim() !== '' && given === null;
    const next = isNoSum ? null : addPart(split, way, given);
    setWrong(next === null);
    if (next === null) return;
    setTyped('');
    setSplit(next);
    if (next.dueMinor > 0) return;
    const payments = next.parts.flatMap(({ provider, amountMinor }) => {
      return provider === 'club-credit' ? [] : [{ provider, amountMinor }];
    });
    onPaid(payments, next.changeMinor);
  };
  return (
    <div className="flex max-w-xl flex-col gap-3">
      <ul aria-label={intl.formatMessage({ id: 'sell.found' })} className="flex flex-col">
        {tickets.map(({ ref, section, row, seat, typeName, amountMinor }) => (
          <li key={ref} className="flex justify-between border-line border-b py-1.5">
            <span className="font-semibold tabular-nums">
              {[section, row, seat].filter((part) => part !== null).join('-')}
            </span>
            <span className="text-quiet text-sm">{localized(typeName)}</span>
            <Money minor={amountMinor} currency={currency} />
          </li>
        ))}
      </ul>
      <p className="flex items-baseline justify-between" role="status">
        <FormattedMessage id="sell.due" />
        <span className="font-semibold text-2xl">
          <Money minor={split.dueMinor} currency={currency} />
        </span>
      </p>
      <Field
        // The first thing that somebody types here is what they were given.
        autoFocus
        label={intl.formatMessage({ id: 'sell.given' })}
        hint={intl.formatMessage({ id: 'sell.given-hint' })}
        error={isWrong && intl.formatMessage({ id: 'sell.given-wrong' })}
        inputMode="decimal"
        autoComplete="off"
        value={typed}
        onChange={(changed) => setTyped(changed.target.value.replace(/[^\d.,]/g, ''))}
        onKeyDown={(pressed) => {
          if (pressed.nativeEvent.isComposing) return;
          const { key } = pressed;
          if (key === 'Enter') take('cash');
          else if (key === WAY_KEYS.card) take('card');
          else if (key === 'Escape' && split.parts.length === 0) onGiveUp();
          else return;
          pressed.preventDefault();
        }}
      />
      <div className="flex flex-wrap gap-2">
        {(['cash', 'card'] as const).map((way) => (
          <Button key={way} kind={way === 'cash' ? 'main' : 'plain'} onClick={() => take(way)}>
            <FormattedMessage id={`sell.by-${way}`} />
            <kbd className="text-sm">{WAY_KEYS[way]}</kbd>
          </Button>
        ))}
        <Button kind="quiet" disabled={split.parts.length > 0} onClick={onGiveUp}>
          <FormattedMessage id="sell.give-up" />
          <kbd className="text-sm">Esc</kbd>
        </Button>
      </div>
    </div>
  );
}
