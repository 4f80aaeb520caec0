import type { QuoteView, SaleView } from '#protocol/shop.ts';
import { useWords } from '../use-words.ts';

/** What the total is made of; taxes are within it. */
export function BillLines({
  quote,
  fees,
}: {
  readonly quote: QuoteView;
  readonly fees: SaleView['fees'];
}) {
  const { say, nameOf, bill } = useWords();
  const tickets = quote.lines.reduce((total, { priceMinor }) => total + priceMinor, 0);
  const off = quote.lines.reduce((total, { priceMinor, ticketMinor }) => {
    return total + priceMinor - ticketMinor;
  }, 0);
  const byFee = new Map<string, number>();
  for (const { fee, amountMinor } of [...quote.lines.flatMap((line) => line.fees), ...quote.fees]) {
    byFee.set(fee, (byFee.get(fee) ?? 0) + amountMinor);
  }
  const rows = [
    { word: say('cart.price'), minor: tickets },
    ...(off === 0 ? [] : [{ word: say('cart.discount'), minor: -off }]),
    ...[...byFee].map(([id, minor]) => {
      const fee = fees.find((each) => each.id === id);
      return { word: fee === undefined ? id : nameOf(fee.name), minor };
    }),
  ];
  if (rows.length < 2) return null;
  return (
    <dl className="text-sm">
      {rows.map(({ word, minor }) => (
        <div key={word} className="flex justify-between">
          <dt className="text-quiet">{word}</dt>
          <dd>{bill(minor, quote.currency)}</dd>
        </div>
      ))}
    </dl>
  );
}
