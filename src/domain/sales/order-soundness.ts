// What must be true of every order at every moment. Asked by the properties of these rules, and by whoever
// goes through the books of a sale.
import { sumOf } from './money.ts';
import {
  isLive,
  isOfSale,
  type Order,
  refundableMinor,
  totalOf,
  usedMinor,
  usedOf,
} from './order.ts';

/** @returns what is wrong, as sentences; none: sound */
export function unsoundnessOf(order: Order): string[] {
  const wrong: string[] = [];
  const used = usedMinor(order);
  const total = totalOf(order.worth);
  const isPaid = order.state === 'paid' || order.state === 'issued' || order.state === 'voided';
  if (isPaid && used !== total) wrong.push(`it counts as paid with ${used} of ${total}`);
  if (isLive(order) && order.holdUntil === null) wrong.push('it is live and nothing is held');
  if (isLive(order) && used >= total && total > 0) wrong.push('it has its money and is not paid');
  if (order.state === 'expired' && used > 0) wrong.push('it ended unpaid and keeps money');
  if (order.state === 'cancelled' && used > 0 && used !== total)
    wrong.push('it keeps a part payment');
  for (const payment of order.payments) {
    const { id, captures, askedMinor } = payment;
    const paid = usedOf(payment);
    if (paid !== 0 && paid !== askedMinor)
      wrong.push(`payment ${id}: ${paid} pays for ${askedMinor}`);
    const idle = sumOf(captures, ({ use, amountMinor }) => (use === 'return' ? amountMinor : 0));
    const back = order.returns.filter((one) => one.payment === id && !isOfSale(one));
    const returning = sumOf(back, (one) => one.amountMinor);
    if (idle !== returning)
      wrong.push(`payment ${id}: ${idle} is nobody's, ${returning} goes back`);
  }
  const ofSale = sumOf(order.returns, (one) => (isOfSale(one) ? one.amountMinor : 0));
  if (ofSale > used) wrong.push(`${ofSale} goes back of ${used} paid`);
  const left = totalOf(order.worthLeft);
  if (used > 0 && !isLive(order) && left !== refundableMinor(order)) {
    wrong.push(`its worth is ${left} after ${ofSale} of ${total} went back`);
  }
  for (const { key, amountMinor, returnedMinor } of order.returns) {
    if (returnedMinor > amountMinor)
      wrong.push(`${key}: ${returnedMinor} of ${amountMinor} went back`);
  }
  return wrong;
}
