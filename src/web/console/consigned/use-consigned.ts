// What was counted out to this desk, as its page knows it: sold without the hub, told when the hub is back, and given
// back when it is unsold.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConsignedOutcomes } from '#protocol/consignments.ts';
import { ApiError, ask, at } from '../api.ts';
import {
  forget,
  type Kept,
  type KeptSale,
  type KeptTicket,
  keep,
  loadKept,
} from './consigned-store.ts';

export type Consigned = ReturnType<typeof useConsigned>;

const NONE: Kept = { tickets: [], sales: [] };

export function useConsigned() {
  const [kept, setKept] = useState<Kept | null>(null);
  const [error, setError] = useState<unknown>(null);
  const telling = useRef<Promise<void> | null>(null);
  const load = useCallback(async () => setKept(await loadKept()), []);
  useEffect(() => {
    load().catch((failure: unknown) => {
      setKept(NONE);
      setError(failure);
    });
  }, [load]);

  const doing = async <T>(work: () => Promise<T>): Promise<T | null> => {
    setError(null);
    try {
      return await work();
    } catch (failure) {
      setError(failure);
      return null;
    } finally {
      await load();
    }
  };

  return {
    kept: kept ?? NONE,
    isLoaded: kept !== null,
    error,
    reload: load,
    /** Written before anything is printed. */
    sell: (tickets: readonly KeptTicket[], payments: KeptSale['payments']) =>
      doing(async () => {
        const [first] = tickets;
        if (first === undefined) return null;
        const sale: KeptSale = {
          event: first.event,
          sale: crypto.randomUUID(),
          refs: tickets.map(({ ref }) => ref),
          payments,
          soldAt: new Date().toISOString(),
          trouble: null,
        };
        await keep({ sales: [sale], tickets: tickets.map((one) => ({ ...one, sale: sale.sale })) });
        return sale;
      }),
    /** One after the other, once at a time; what the hub refuses stays, with its reason. */
    tell: useCallback((): Promise<void> => {
      telling.current ??= tellAll()
        .catch(setError)
        .finally(() => {
          telling.current = null;
          void load();
        });
      return telling.current;
    }, [load]),
    /** @returns those that somebody came in with; null: it did not work */
    giveBack: (event: string) =>
      doing(async () => {
        const { tickets } = await loadKept();
        const unsold = tickets.filter((ticket) => ticket.event === event && ticket.sale === null);
        const refs = unsold.map(({ ref }) => ref);
        if (refs.length === 0) return [];
        const address = at`/events/${event}/box-office/consigned-returns`;
        const { outcomes } = await ask<ConsignedOutcomes>(address, { body: { refs } });
        await forget({ tickets: unsold });
        return outcomes.flatMap(({ ref, outcome }) => (outcome === 'entered' ? [ref] : []));
      }),
  };
}

async function tellAll(): Promise<void> {
  const { tickets, sales } = await loadKept();
  for (const sale of sales) {
    const { event, refs, payments, soldAt } = sale;
    const body = { sale: sale.sale, refs, payments, soldAt };
    try {
      await ask(at`/events/${event}/box-office/consigned-sales`, { body });
    } catch (failure) {
      const isRefused =
        failure instanceof ApiError && failure.status >= 400 && failure.status < 500;
      // Signed out, or without a drawer: as well as not told yet.
      if (!isRefused || failure.status === 401) throw failure;
      await keep({ sales: [{ ...sale, trouble: failure.mend ?? failure.message }] });
      continue;
    }
    const sold = tickets.filter((ticket) => ticket.event === event && ticket.sale === sale.sale);
    await forget({ tickets: sold, sales: [sale] });
  }
}
