import { useMemo } from 'react';
import { cornersOf, looksOf } from '../map/price-looks.ts';
import { useDark } from './use-dark.ts';

/** The colour and shape of a price on the map, beside its words. */
export function PriceShape({
  place,
  size = 16,
}: {
  readonly place: number;
  readonly size?: number;
}) {
  const { colour, shape } = looksOf(place, useDark());
  const corners = cornersOf(shape);
  const points = useMemo(() => corners?.map((corner) => corner.join(',')).join(' '), [corners]);
  return (
    <svg
      width={size}
      height={size}
      viewBox="-1.2 -1.2 2.4 2.4"
      aria-hidden="true"
      className="shrink-0"
    >
      {points === undefined ? (
        <circle r="1" fill={colour} />
      ) : (
        <polygon points={points} fill={colour} />
      )}
    </svg>
  );
}
