// The better price of a quieter moment: beside the usual one, with how long it lasts or when it begins.
import type { SaleView } from '#protocol/shop.ts';
import { groundTime } from '#web/ui/ground-time.ts';
import { listPrice, now, priceNow, timed } from '../sale/off-peak.ts';
import { useWords } from '../use-words.ts';

export function PriceNow({
  sale,
  of,
}: {
  readonly sale: SaleView;
  readonly of: { readonly category: string; readonly type: string };
}) {
  const { say, tag } = useWords();
  const [usual, is] = [listPrice(sale, of) ?? 0, priceNow(sale, of) ?? 0];
  const price = <strong>{tag(is, sale.currency)}</strong>;
  if (is === usual) return price;
  return (
    <>
      {price}{' '}
      <s className="text-quiet">
        <span className="sr-only">
          {say('match.usually', { price: tag(usual, sale.currency) })}
        </span>
        <span aria-hidden="true">{tag(usual, sale.currency)}</span>
      </s>
    </>
  );
}

/** A line for each that is on, or that will be. */
export function OffPeak({ sale }: { readonly sale: SaleView }) {
  const { say, nameOf, tag, language } = useWords();
  const time = groundTime(sale.venue.timeZone, language);
  const lines = sale.incentives.flatMap((incentive) => {
    const { off, name } = incentive;
    const amount =
      off.kind === 'fixed' ? tag(off.amountMinor, sale.currency) : `${off.perMille / 10}%`;
    const words = say('match.off', { amount });
    const { slots } = timed(incentive);
    const slot = slots?.find(({ until }) => now() < until);
    if (slots !== null && slot === undefined) return [];
    const isOn = slot === undefined || slot.from <= now();
    const when = slot === undefined ? '' : time.whole(isOn ? slot.until : slot.from);
    const id = isOn ? 'match.offUntil' : 'match.offFrom';
    const said = slot === undefined ? words : say(id, { off: words, when });
    return [{ id: incentive.id, text: say('match.offPeak', { name: nameOf(name), amount: said }) }];
  });
  if (lines.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {lines.map(({ id, text }) => (
        <li key={id} className="border-accent border-l-4 pl-3">
          {text}
        </li>
      ))}
    </ul>
  );
}
