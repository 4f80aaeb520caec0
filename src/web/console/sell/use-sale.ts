// One sale at the desk, from the wish to the tickets. The desk makes up its name, so that a request whose answer was
// lost is the same sale again.
import { useState } from 'react';
import type { DeskHold, DeskOrder } from '#protocol/box-office.ts';
import type { HoldRequest } from '#protocol/shop.ts';
import { ask, at } from '../api.ts';
import type { Split } from './split.ts';

export type Counts = Readonly<Record<string, number>>;

type Stage =
  | { readonly at: 'choose' }
  | { readonly at: 'pay'; readonly hold: DeskHold; readonly split: Split }
  | { readonly at: 'sold'; readonly order: DeskOrder; readonly changeMinor: number };

export type Sale = ReturnType<typeof useSale>;

export function useSale(event: string, locale: 'zh-CN' | 'en') {
  const [name, setName] = useState(() => crypto.randomUUID());
  const [stage, setStage] = useState<Stage>({ at: 'choose' });
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  const doing = async <T>(work: () => Promise<T>): Promise<T | null> => {
    if (isBusy) return null;
    setBusy(true);
    setError(null);
    try {
      return await work();
    } catch (failure) {
      setError(failure);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const begin = () => {
    setName(crypto.randomUUID());
    setStage({ at: 'choose' });
    setError(null);
  };

  return {
    name,
    stage,
    error,
    isBusy,
    begin,
    hold: (wish: HoldRequest) =>
      doing(async () => {
        const body = { sale: name, wish };
        const hold = await ask<DeskHold>(at`/events/${event}/box-office/holds`, { body });
        const dueMinor = hold.quote?.totalMinor ?? 0;
        setStage({ at: 'pay', hold, split: { parts: [], dueMinor, changeMinor: 0 } });
      }),
    release: (hold: DeskHold) =>
      doing(async () => {
        const address = at`/events/${event}/box-office/holds/${hold.id}/release`;
        await ask(address, { body: { sale: name } });
        begin();
      }),
    split: (hold: DeskHold, split: Split) => setStage({ at: 'pay', hold, split }),
    sell: (hold: DeskHold, split: Split) =>
      doing(async () => {
        const body = {
          sale: name,
          hold: hold.id,
          totalMinor: hold.quote?.totalMinor ?? 0,
          payments: split.parts,
          locale,
        };
        const order = await ask<DeskOrder>(at`/events/${event}/box-office/sales`, { body });
        setStage({ at: 'sold', order, changeMinor: split.changeMinor });
        return order;
      }),
  };
}
