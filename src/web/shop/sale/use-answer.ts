import { useCallback, useEffect, useRef, useState } from 'react';
import { askShop, ShopError } from '../ask-shop.ts';

export type Answer<T> = {
  readonly value: T | null;
  readonly error: ShopError | null;
  readonly again: () => void;
};

/** What a GET says; null: nothing to ask yet. What was there stays while it is asked again. */
export function useAnswer<T>(path: string | null): Answer<T> {
  const [state, setState] = useState<{
    path: string | null;
    value: T | null;
    error: ShopError | null;
  }>({ path: null, value: null, error: null });
  const asked = useRef(0);
  const again = useCallback(() => {
    asked.current += 1;
    const turn = asked.current;
    if (path === null) return;
    askShop<T>(path)
      .then((value) => {
        if (turn === asked.current) setState({ path, value, error: null });
      })
      .catch((error: unknown) => {
        if (turn !== asked.current) return;
        setState((known) => ({ ...known, path, error: asShopError(error) }));
      });
  }, [path]);
  useEffect(() => {
    again();
    return () => {
      asked.current += 1;
    };
  }, [again]);
  const isOfPath = state.path === path;
  return { value: isOfPath ? state.value : null, error: isOfPath ? state.error : null, again };
}

export function asShopError(error: unknown): ShopError {
  return error instanceof ShopError ? error : new ShopError(0, { detail: String(error) });
}
