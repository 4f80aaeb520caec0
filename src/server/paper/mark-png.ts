import { BRASS, INK } from './pen.ts';
import { pngOf } from './png.ts';

const SAMPLES = 4;

/** The mark as a picture on white, for wallets: the same nine studs that `mark.ts` draws on paper. */
export function markPng(edgePx: number): Buffer<ArrayBuffer> {
  const rows = Buffer.alloc((1 + edgePx * 3) * edgePx);
  for (let y = 0; y < edgePx; y++) {
    for (let x = 0; x < edgePx; x++) {
      const at = y * (1 + edgePx * 3) + 1 + x * 3;
      const sum = [0, 0, 0];
      for (let n = 0; n < SAMPLES * SAMPLES; n++) {
        const color = colorAt(
          (x + ((n % SAMPLES) + 0.5) / SAMPLES) / edgePx,
          (y + (Math.floor(n / SAMPLES) + 0.5) / SAMPLES) / edgePx,
        );
        for (const [part, value] of color.entries()) sum[part] = (sum[part] ?? 0) + value;
      }
      for (const [part, value] of sum.entries()) rows[at + part] = value / SAMPLES ** 2;
    }
  }
  return pngOf({ width: edgePx, height: edgePx, bitDepth: 8, colorType: 2 }, rows);
}

const WHITE = [255, 255, 255] as const;
const MARGIN = 0.14;
const RADIUS = 0.14;

/** @param x - and `y`, from 0 to 1 */
function colorAt(x: number, y: number): readonly number[] {
  const inner = 1 - 2 * MARGIN;
  const [u, v] = [(x - MARGIN) / inner, (y - MARGIN) / inner];
  const step = 0.5 - RADIUS;
  const [column, row] = [Math.round((u - RADIUS) / step), Math.round((v - RADIUS) / step)];
  if (column < 0 || column > 2 || row < 0 || row > 2) return WHITE;
  const isIn = Math.hypot(u - RADIUS - column * step, v - RADIUS - row * step) <= RADIUS;
  const isGap = column === 1 && Math.abs(u - 0.5) < (RADIUS * (0.3 + 0.3 * row)) / 2;
  if (!isIn || isGap) return WHITE;
  return channels(column === 1 ? BRASS : INK);
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
