import { useEffect, useState } from 'react';
import { parseInstant } from '#domain/kernel/instant.ts';
import type { SaleView } from '#protocol/shop.ts';
import type { OrderView } from '#protocol/shop-orders.ts';
import { groundTime } from '#web/ui/ground-time.ts';
import { Notice } from '#web/ui/notice.tsx';
import type { Hue } from '#web/ui/verdict-shape.tsx';
import { SLOW_AFTER_MS } from '../cart/use-order.ts';
import { useWords } from '../use-words.ts';

/** How the order stands, whether money has moved, and what to do now. */
export function OrderState({
  view,
  sale,
}: {
  readonly view: OrderView;
  readonly sale: SaleView | null;
}) {
  const { say, bill, language } = useWords();
  const isSlow = useIsSlow(view);
  const { hue, words } = stateOf(view, isSlow);
  const until = view.payUntil === null ? null : parseInstant(view.payUntil);
  const time = groundTime(sale?.venue.timeZone ?? 'Asia/Shanghai', language);
  const { currency } = view.quote;
  return (
    <>
      <Notice hue={hue}>
        {words.map((id) => say(id)).join(language === 'zh' ? '' : ' ')}
        {until !== null && ` ${say('order.payUntil', { time: time.time(until) })}`}
      </Notice>
      {view.returnDueMinor > 0 && (
        <Notice hue="provisional">
          {say('order.returning', { amount: bill(view.returnDueMinor, currency) })}
        </Notice>
      )}
      {view.returnedMinor > 0 && (
        <Notice hue="unknown">
          {say('order.returned', { amount: bill(view.returnedMinor, currency) })}
        </Notice>
      )}
    </>
  );
}

function stateOf(view: OrderView, isSlow: boolean): { hue: Hue; words: string[] } {
  if (view.state === 'issued') return { hue: 'admitted', words: ['order.paid'] };
  if (view.state === 'paid') return { hue: 'provisional', words: ['order.issuing'] };
  if (view.state === 'expired') {
    return { hue: 'unknown', words: ['order.over', 'money.over'] };
  }
  if (view.state === 'cancelled') return { hue: 'unknown', words: ['order.cancelled'] };
  if (view.state === 'voided') return { hue: 'refer', words: ['order.voided'] };
  const last = view.payments.at(-1);
  if (view.state === 'paying' || last?.state === 'authorised') {
    return { hue: 'provisional', words: ['order.checking'] };
  }
  if (last === undefined) return { hue: 'refer', words: ['order.ordered', 'money.unmoved'] };
  if (last.state === 'pending') {
    return isSlow
      ? { hue: 'refer', words: ['order.slow'] }
      : { hue: 'provisional', words: ['order.checking'] };
  }
  return { hue: 'refer', words: ['order.payFailed', 'money.unmoved'] };
}

/** Since the page shows it: what a provider has not told by then needs a word. */
function useIsSlow({ id, state, payments }: OrderView): boolean {
  const [isSlow, setIsSlow] = useState(false);
  const waitsFor = `${id} ${state} ${payments.length}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another payment is waited for anew.
  useEffect(() => {
    setIsSlow(false);
    const timer = setTimeout(() => setIsSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, [waitsFor]);
  return isSlow;
}
