// What was found, what it costs, and the money: Enter takes all of it in cash; an amount typed first takes that much.
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { DeskHold, DeskOffer, DeskWay } from '#protocol/box-office.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { minorOf } from '../desk/cash-dialog.tsx';
import { Money } from './money.tsx';
import { addPart, type Split } from './split.ts';
import type { Sale } from './use-sale.ts';

const WAY_KEYS: Readonly<Record<DeskWay, string>> = {
  cash: 'Enter',
  card: 'k',
  'club-credit': 'm',
};

export function PayStep({
  offer,
  sale,
  hold,
  split,
  onSold,
  onReserve,
}: {
  readonly offer: DeskOffer;
  readonly sale: Sale;
  readonly hold: DeskHold;
  readonly split: Split;
  readonly onSold: (refs: readonly string[]) => void;
  readonly onReserve: () => void;
}) {
  const intl = useIntl();
  const [typed, setTyped] = useState('');
  const [member, setMember] = useState('');
  const [isWrong, setWrong] = useState(false);
  const { currency } = offer;
  const taken = split.parts.map((part, n) => ({ ...part, id: `part-${n}` }));
  const finish = async (paid: Split) => {
    const order = await sale.sell(hold, paid);
    if (order !== null) onSold(order.tickets.map(({ ref }) => ref));
  };
  const take = (way: DeskWay) => {
    if (sale.isBusy || !offer.ways.includes(way)) return;
    // Refused before: what was taken is sent again as it was.
    if (split.dueMinor === 0) return void finish(split);
    const given = typed.trim() === '' ? null : minorOf(typed);
    const isNoSum = typed.trim() !== '' && given === null;
    const of = way === 'club-credit' ? member.trim() : undefined;
    const next = isNoSum || of === '' ? null : addPart(split, way, given, of);
    setWrong(next === null);
    if (next === null) return;
    setTyped('');
    sale.split(hold, next);
    if (next.dueMinor === 0) void finish(next);
  };
  return (
    <div className="flex max-w-xl flex-col gap-3">
      <ul aria-label={intl.formatMessage({ id: 'sell.found' })} className="flex flex-col">
        {hold.places.map(({ line, section, row, number, type }) => (
          <li key={line} className="flex justify-between border-line border-b py-1.5">
            <span className="font-semibold tabular-nums">
              {row === null ? section : `${section}-${row}-${number}`}
            </span>
            <span className="text-quiet text-sm">{nameOfType(offer, type, intl.locale)}</span>
            <Money
              minor={hold.quote?.lines.find((each) => each.line === line)?.totalMinor ?? 0}
              currency={currency}
            />
          </li>
        ))}
      </ul>
      {taken.map(({ id, provider, amountMinor }) => (
        <p key={id} className="flex justify-between text-sm">
          <FormattedMessage id={`sell.by-${provider}`} />
          <Money minor={-amountMinor} currency={currency} />
        </p>
      ))}
      <p className="flex items-baseline justify-between" role="status">
        <FormattedMessage id="sell.due" />
        <span className="font-semibold text-2xl">
          <Money minor={split.dueMinor} currency={currency} />
        </span>
      </p>
      {hold.quoteRefusal !== null && (
        <p role="alert" className="text-refused-text text-sm">
          <FormattedMessage id="sell.not-together" />
        </p>
      )}
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
          else if (key === WAY_KEYS['club-credit']) take('club-credit');
          else if (key === 'r' && split.parts.length === 0) onReserve();
          else if (key === 'Escape') void sale.release(hold);
          else return;
          pressed.preventDefault();
        }}
      />
      {offer.ways.includes('club-credit') && (
        <Field
          label={intl.formatMessage({ id: 'sell.member' })}
          value={member}
          autoComplete="off"
          onChange={(changed) => setMember(changed.target.value)}
        />
      )}
      <div className="flex flex-wrap gap-2">
        {offer.ways.map((way) => (
          <Button
            key={way}
            kind={way === 'cash' ? 'main' : 'plain'}
            isBusy={sale.isBusy}
            onClick={() => take(way)}
          >
            <FormattedMessage id={`sell.by-${way}`} />
            <kbd className="text-sm">{WAY_KEYS[way]}</kbd>
          </Button>
        ))}
        <Button onClick={onReserve} disabled={split.parts.length > 0}>
          <FormattedMessage id="sell.reserve" />
          <kbd className="text-sm">r</kbd>
        </Button>
        <Button kind="quiet" onClick={() => void sale.release(hold)}>
          <FormattedMessage id="sell.give-up" />
          <kbd className="text-sm">Esc</kbd>
        </Button>
      </div>
    </div>
  );
}

function nameOfType({ types }: DeskOffer, type: string, locale: string): string {
  const name = types.find(({ id }) => id === type)?.name;
  return name === undefined ? type : name[locale.startsWith('zh') ? 'zh-CN' : 'en'];
}
