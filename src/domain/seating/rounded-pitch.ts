// The line round a pitch at some distance: straight along its sides, arcs at its corners. Sections stand
// along it, their rows facing the pitch; on the outside of such a line none gets into another's way.

export type Standpoint = {
  readonly x: number;
  readonly y: number;
  /** Unit vector away from the pitch. */
  readonly outX: number;
  readonly outY: number;
};

export type Pitch = { readonly length: number; readonly width: number };

export function lengthRound({ length, width }: Pitch, distance: number): number {
  return 2 * (length + width) + 2 * Math.PI * distance;
}

/** @param at - metres along the line, clockwise from the middle of the north side; any number, it goes round */
export function standpointAt(pitch: Pitch, distance: number, at: number): Standpoint {
  const { length, width } = pitch;
  const round = lengthRound(pitch, distance);
  const arc = (Math.PI / 2) * distance;
  let left = (((at + width / 2) % round) + round) % round;
  // Side after side, each with the corner that ends it; it begins where the north side does, in the west.
  for (let side = 0; side < 4; side += 1) {
    const along = side % 2 === 0 ? width : length;
    const away = (side % 2 === 0 ? length : width) / 2;
    if (left <= along) return turned(side, left - along / 2, -away - distance, 0, -1);
    left -= along;
    if (left <= arc) {
      const angle = distance === 0 ? 0 : left / distance;
      const outX = Math.sin(angle);
      const outY = -Math.cos(angle);
      return turned(side, along / 2 + outX * distance, -away + outY * distance, outX, outY);
    }
    left -= arc;
  }
  return standpointAt(pitch, distance, 0);
}

/** Where the middle of a side lies along the line. @param side - 0 north, 1 east, 2 south, 3 west */
export function middleOfSide(pitch: Pitch, distance: number, side: number): number {
  return (lengthRound(pitch, distance) / 4) * side;
}

/** As if the side were the north one; then turned by as many right angles. */
function turned(side: number, x: number, y: number, outX: number, outY: number): Standpoint {
  let point = { x, y, outX, outY };
  for (let turn = 0; turn < side; turn += 1) {
    point = { x: -point.y, y: point.x, outX: -point.outY, outY: point.outX };
  }
  return point;
}
