// A hold for whoever shows its cart.
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Sales } from './sales.ts';
import type { StockLine } from './stock-line.ts';

/** Another node may have made it a moment ago. */
export async function findHold(sales: Sales, id: string, cart: string) {
  const { rows } = await sales.pool.query<{ event: number }>({
    name: 'hold-event',
    text: 'SELECT event FROM holds WHERE id = $1 AND cart_hash = $2',
    values: [id, cart],
  });
  const event = rows[0]?.event;
  if (event === undefined) return null;
  const line: StockLine = sales.line(event);
  const remembered = (await line.look()).hold(id);
  const hold = remembered ?? (await line.ask({ decide: ({ step }) => step.memory.hold(id) }));
  return hold === null ? null : { event, line, hold };
}

export function typesOf(types: readonly { readonly line: string; readonly type: string }[]) {
  return new Map(types.map(({ line, type }) => [line, type]));
}

export function refusedOrder(
  reason: string,
  about: string | null,
  totalMinor?: number | null,
): HttpProblem {
  const price = totalMinor === null || totalMinor === undefined ? '' : `: it is ${totalMinor} now`;
  return new HttpProblem('conflict', {
    detail: `it was not ordered: ${reason}${price}${about === null ? '' : ` (${about})`}`,
    mend: 'ask for a quote, correct it and order again',
    more: { why: reason },
  });
}

export function notHeld(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'there is no such hold, its time is over, or its cart is another',
    mend: 'choose seats again',
    more: { why: 'not-held' },
  });
}
