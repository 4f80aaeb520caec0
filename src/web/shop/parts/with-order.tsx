import type { ReactNode } from 'react';
import type { OrderView } from '#protocol/shop-orders.ts';
import { Notice } from '#web/ui/notice.tsx';
import type { KeptOrder } from '../cart/kept-secrets.ts';
import { useOrder } from '../cart/use-order.ts';
import { useWords } from '../use-words.ts';
import { Trouble } from './trouble.tsx';
import { Waiting } from './waiting.tsx';

/** An order of which this browser knows the secret, as it was last seen. */
export type OwnOrder = Omit<KeptOrder, 'view'> & {
  readonly view: OrderView;
  readonly isOffline: boolean;
  readonly again: () => void;
};

/** Whatever page is about an order: as soon as it is known, also without a network. */
export function WithOrder({
  id,
  children,
}: {
  readonly id: string;
  readonly children: (order: OwnOrder) => ReactNode;
}) {
  const { say } = useWords();
  const { kept, isOffline, error, again } = useOrder(id);
  if (kept === null || (kept.view === null && error?.status === 404)) {
    return (
      <>
        <h1 className="font-semibold text-xl">{say('order.title')}</h1>
        <Notice hue="unknown">{say('order.unknown')}</Notice>
      </>
    );
  }
  const { view, ...rest } = kept;
  if (view !== null) {
    return (
      <>
        {children({ ...rest, view, isOffline, again })}
        {isOffline && <Notice hue="unknown">{say('order.offline')}</Notice>}
      </>
    );
  }
  if (error === null) return <Waiting />;
  return <Trouble error={error} isPaying={true} onRetry={again} />;
}
