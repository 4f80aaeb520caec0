// Rows keep their places while somebody points at them or walks through them. What is new waits above, to
// be let in by a press; what changed within a row changes in place.
import { useEffect, useRef, useState } from 'react';

export function useHeldStill<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  isHeld: boolean,
): { readonly shown: readonly Row[]; readonly waiting: number; release(): void } {
  const order = useRef<readonly string[]>([]);
  const [, redraw] = useState(0);
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const isFirst = order.current.length === 0;
  useEffect(() => {
    if (!isHeld || isFirst) order.current = rows.map(keyOf);
  });
  if (!isHeld || isFirst) return { shown: rows, waiting: 0, release: () => {} };
  const shown = order.current.flatMap((key) => {
    const row = byKey.get(key);
    return row === undefined ? [] : [row];
  });
  return {
    shown,
    waiting: rows.length - shown.length,
    release: () => {
      order.current = rows.map(keyOf);
      redraw((n) => n + 1);
    },
  };
}
