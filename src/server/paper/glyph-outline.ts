import { assert } from '#domain/kernel/assert.ts';

/** The outline of a simple TrueType glyph. @see OpenType specification, glyf */

type Point = { readonly x: number; readonly y: number; readonly isOnCurve: boolean };
export type Contour = readonly Point[];

const ON_CURVE = 0x01;
const REPEAT = 0x08;
const IS_SHORT = { x: 0x02, y: 0x04 } as const;
const IS_SAME_OR_POSITIVE = { x: 0x10, y: 0x20 } as const;
const AXES = ['x', 'y'] as const;

export function readOutline(glyph: Buffer): Contour[] {
  const contours = glyph.readInt16BE(0);
  assert(contours >= 0, 'a glyph made of other glyphs');
  const ends = Array.from({ length: contours }, (_, index) => glyph.readUInt16BE(10 + index * 2));
  const count = (ends.at(-1) ?? -1) + 1;
  const hintsAt = 10 + contours * 2;
  let at = hintsAt + 2 + glyph.readUInt16BE(hintsAt);
  const flags: number[] = [];
  while (flags.length < count) {
    const flag = glyph.readUInt8(at++);
    const copies = (flag & REPEAT) === 0 ? 1 : 1 + glyph.readUInt8(at++);
    for (let copy = 0; copy < copies; copy += 1) flags.push(flag);
  }
  const [xs = [], ys = []] = AXES.map((axis) => {
    let value = 0;
    return flags.map((flag) => {
      const isSameOrPositive = (flag & IS_SAME_OR_POSITIVE[axis]) !== 0;
      if ((flag & IS_SHORT[axis]) !== 0) {
        value += isSameOrPositive ? glyph.readUInt8(at) : -glyph.readUInt8(at);
        at += 1;
      } else if (!isSameOrPositive) {
        value += glyph.readInt16BE(at);
        at += 2;
      }
      return value;
    });
  });
  const points = flags.map((flag, index) => ({
    x: xs[index] ?? 0,
    y: ys[index] ?? 0,
    isOnCurve: (flag & ON_CURVE) !== 0,
  }));
  return ends.map((end, index) => points.slice((ends[index - 1] ?? -1) + 1, end + 1));
}

/** Without hints; a glyph without contours takes no bytes. */
export function writeOutline(contours: readonly Contour[]): Buffer {
  const points = contours.flat();
  if (points.length === 0) return Buffer.alloc(0);
  const flags: number[] = [];
  const steps: Record<'x' | 'y', number[]> = { x: [], y: [] };
  let before: Point = { x: 0, y: 0, isOnCurve: true };
  for (const point of points) {
    let flag = point.isOnCurve ? ON_CURVE : 0;
    for (const axis of AXES) {
      const step = point[axis] - before[axis];
      if (step === 0) flag |= IS_SAME_OR_POSITIVE[axis];
      else if (Math.abs(step) < 256) {
        flag |= IS_SHORT[axis] | (step > 0 ? IS_SAME_OR_POSITIVE[axis] : 0);
        steps[axis].push(Math.abs(step));
      } else steps[axis].push((step >> 8) & 0xff, step & 0xff);
    }
    flags.push(flag);
    before = point;
  }
  const head = glyphHead(contours, points);
  const body = Buffer.from([...flags, ...steps.x, ...steps.y]);
  const padding = Buffer.alloc((4 - ((head.length + body.length) % 4)) % 4);
  return Buffer.concat([head, body, padding]);
}

function glyphHead(contours: readonly Contour[], points: readonly Point[]): Buffer {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const head = Buffer.alloc(10 + contours.length * 2 + 2);
  head.writeInt16BE(contours.length, 0);
  head.writeInt16BE(Math.min(...xs), 2);
  head.writeInt16BE(Math.min(...ys), 4);
  head.writeInt16BE(Math.max(...xs), 6);
  head.writeInt16BE(Math.max(...ys), 8);
  let end = -1;
  for (const [index, contour] of contours.entries()) {
    end += contour.length;
    head.writeUInt16BE(end, 10 + index * 2);
  }
  return head;
}

/** The outline on another grid. */
export function rescaleOutline(contours: readonly Contour[], scale: number): Contour[] {
  return contours.map((contour) =>
    contour.map(({ x, y, isOnCurve }) => ({
      x: Math.round(x * scale),
      y: Math.round(y * scale),
      isOnCurve,
    })),
  );
}
