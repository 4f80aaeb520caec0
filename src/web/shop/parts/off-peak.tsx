// The better price of a quieter moment: beside the usual one, with how long it lasts or when it begins.
import type { Instant } from '#domain/kernel/instant.ts';
import { bestIncentive, type Incentive } from '#domain/sales/incentive.ts';
import type { SaleView } from '#protocol/shop.ts';
import { groundTime } from '#web/ui/ground-time.ts';
import { useWords } from '../use-words.ts';

type Shown = SaleView['incentives'][number];

/** @param of - what is priced */
export function PriceNow({
  sale,
  amountMinor,
  of,
}: {
  readonly sale: SaleView;
  readonly amountMinor: number;
  readonly of: { readonly category: string; readonly type: string };
}) {
  const { say, tag } = useWords();
  const best = bestIncentive(sale.incentives.map(timed), of, amountMinor, now());
  const price = (minor: number) => <strong>{tag(minor, sale.currency)}</strong>;
  if (best === null) return price(amountMinor);
  return (
    <>
      {price(amountMinor - best.amountMinor)}{' '}
      <s className="text-quiet">
        <span className="sr-only">
          {say('match.usually', { price: tag(amountMinor, sale.currency) })}
        </span>
        <span aria-hidden="true">{tag(amountMinor, sale.currency)}</span>
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

function timed({ slots, ...incentive }: Shown): Incentive {
  const at = (text: string) => Date.parse(text) as Instant;
  return {
    ...incentive,
    slots: slots?.map(({ from, until }) => ({ from: at(from), until: at(until) })) ?? null,
  };
}

function now(): Instant {
  return Date.now() as Instant;
}
