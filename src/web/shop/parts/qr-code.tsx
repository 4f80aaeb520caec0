import { encodeQR } from 'qr';
import { useMemo } from 'react';

/** Always dark on white with its quiet zone, whatever the theme: readers expect no less. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const rows = useMemo(() => encodeQR(text, 'raw', { ecc: 'medium', border: 4 }), [text]);
  const path = rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
      className="mx-auto w-full max-w-72 rounded-md bg-white"
    >
      <path d={path} fill="#000000" />
    </svg>
  );
}
