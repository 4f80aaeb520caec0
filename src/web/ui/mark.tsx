/** The gate's studs, three by three, the middle column opening. One colour: that of the text. */
export function Mark({ size = 24, label }: { readonly size?: number; readonly label?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="currentColor"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
    >
      {STUDS.map(({ x, y, r }) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r={r} />
      ))}
    </svg>
  );
}

const STUDS = [4, 12, 20].flatMap((y) => [
  { x: 3.5, y, r: 2.6 },
  // The leaf that opens: seen from the side, narrower with every row.
  { x: 12, y, r: 2.6 - (y / 20) * 1.4 },
  { x: 20.5, y, r: 2.6 },
]);
