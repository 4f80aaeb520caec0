/** The last half hour in the height of a line of text; decoration beside the number it belongs to. */
export function Spark({ values }: { readonly values: readonly number[] }) {
  const top = Math.max(1, ...values);
  const step = 60 / Math.max(1, values.length - 1);
  const points = values.map((value, index) => `${index * step},${15 - (value / top) * 14}`);
  return (
    <svg width="60" height="16" viewBox="0 0 60 16" aria-hidden="true" className="stroke-quiet">
      <polyline points={points.join(' ')} fill="none" strokeWidth="1.5" />
    </svg>
  );
}
