import type { SaleView } from '#protocol/shop.ts';
import { groundTime } from '#web/ui/ground-time.ts';
import { refundSentence } from '../sale/refund-rule.ts';
import { useWords } from '../use-words.ts';

export function RefundRule({ sale }: { readonly sale: SaleView }) {
  const { say, language } = useWords();
  const time = groundTime(sale.venue.timeZone, language);
  const { id, values } = refundSentence(sale.refundTiers, Date.now(), time);
  return <p>{say(id, values)}</p>;
}
