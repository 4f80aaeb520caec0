import { BRASS, INK, type Pen, WHITE } from './pen.ts';

/**
 * The mark, on white: nine studs of a city gate, the middle column opening. Its halves part further
 * from top to bottom, as the leaves of a gate do to one who stands before it.
 *
 * @param edge - of the square that the mark fills
 */
export function drawMark(
  pen: Pen,
  x: number,
  y: number,
  edge: number,
  ink = INK,
  leaf = BRASS,
): void {
  const radius = edge * 0.14;
  const step = edge / 2 - radius;
  const studs = (columns: readonly number[]) =>
    columns.flatMap((column) =>
      [0, 1, 2].map((row) => [x + radius + column * step, y + radius + row * step] as const),
    );
  pen.dots(studs([0, 2]), radius, ink);
  pen.dots(studs([1]), radius, leaf);
  for (const row of [0, 1, 2]) {
    const gap = radius * (0.3 + 0.3 * row);
    pen.doc.rect(x + edge / 2 - gap / 2, y + row * step - 0.5, gap, 2 * radius + 1);
  }
  pen.fill(WHITE);
}
