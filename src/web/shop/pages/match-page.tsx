import { useState } from 'react';
import type { SaleView } from '#protocol/shop.ts';
import { shopPaths } from '#protocol/shop-addresses.ts';
import { Button } from '#web/ui/button.tsx';
import { groundTime } from '#web/ui/ground-time.ts';
import { goTo, placeAddress } from '../address.ts';
import { keptHold } from '../cart/kept-secrets.ts';
import { BottomBar } from '../parts/bottom-bar.tsx';
import { MatchFacts } from '../parts/match-facts.tsx';
import { OffPeak, PriceNow } from '../parts/off-peak.tsx';
import { PriceShape } from '../parts/price-shape.tsx';
import { RefundRule } from '../parts/refund-rule.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { listPrice } from '../sale/off-peak.ts';
import { useAnswer } from '../sale/use-answer.ts';
import { useWords } from '../use-words.ts';

export function MatchPage({ event }: { readonly event: string }) {
  const { value: sale, error, again } = useAnswer<SaleView>(shopPaths.event(event));
  const { say, tag } = useWords();
  const [hold] = useState(() => keptHold(event));
  if (sale === null)
    return error === null ? <Waiting /> : <Trouble error={error} onRetry={again} />;
  const isOpen = sale.state === 'on-sale' && sale.left > 0;
  return (
    <>
      <MatchFacts event={sale} isHeading={true} />
      {hold !== null && (
        <Button onClick={() => goTo(placeAddress.cart(event, hold))}>{say('match.goOn')}</Button>
      )}
      <PriceTable sale={sale} />
      <BottomBar
        label={say('match.prices')}
        total={
          sale.fromMinor === null
            ? ''
            : say('match.from', { price: tag(sale.fromMinor, sale.currency) })
        }
        note={<RefundRule sale={sale} />}
      >
        <Button kind="main" disabled={!isOpen} onClick={() => goTo(placeAddress.seats(event))}>
          {say('match.choose')}
        </Button>
      </BottomBar>
    </>
  );
}

function PriceTable({ sale }: { readonly sale: SaleView }) {
  const { say, nameOf, tag, language } = useWords();
  const time = groundTime(sale.venue.timeZone, language);
  const amount = (fee: SaleView['fees'][number]) =>
    fee.amount.kind === 'fixed'
      ? tag(fee.amount.amountMinor, sale.currency)
      : `${fee.amount.perMille / 10}%`;
  const priced = sale.types.filter(({ id }) => sale.prices.some(({ type }) => type === id));
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold text-lg">{say('match.prices')}</h2>
      <ul className="rounded-md border border-line bg-raised px-4">
        {sale.categories.map((category, place) => {
          const prices = priced.flatMap((type) => {
            return listPrice(sale, { category: category.id, type: type.id }) === null ? [] : [type];
          });
          if (prices.length === 0) return null;
          return (
            <li key={category.id} className="border-line border-b py-3 last:border-b-0">
              <div className="flex items-center gap-2 font-semibold">
                <PriceShape place={place} />
                {nameOf(category.name)}
              </div>
              <ul className="mt-1 flex flex-wrap gap-x-5 gap-y-1 text-sm">
                {prices.map((type) => (
                  <li key={type.id}>
                    {nameOf(type.name)}{' '}
                    <PriceNow sale={sale} of={{ category: category.id, type: type.id }} />
                  </li>
                ))}
              </ul>
            </li>
          );
        })}
      </ul>
      <OffPeak sale={sale} />
      <p className="text-quiet text-sm">
        {[
          say('match.inPrice'),
          ...sale.fees.map((fee) =>
            say(fee.per === 'ticket' ? 'match.feeTicket' : 'match.feeOrder', {
              name: nameOf(fee.name),
              amount: amount(fee),
            }),
          ),
          say('match.until', { when: time.whole(Date.parse(sale.closesAt) as never) }),
        ].join(language === 'zh' ? '；' : '; ')}
      </p>
    </section>
  );
}
