// How a price category looks on the map and beside it: a colour and a shape, so that neither colour sight nor
// colour is needed. None of the hues is one of a verdict.

export const SHAPES = ['circle', 'square', 'diamond', 'triangle', 'hexagon', 'wedge'] as const;
export type Shape = (typeof SHAPES)[number];

const LIGHT = ['#5b3f99', '#0f6a80', '#a8447a', '#5f6314', '#7c4a2d', '#3b5b86'] as const;
const DARK = ['#b39df0', '#64c3d8', '#f092c0', '#c8cc6e', '#d8a37c', '#9dbce8'] as const;

export type PriceLooks = { readonly shape: Shape; readonly colour: string };

/** @param place - in the list of categories; beyond six they begin again, one shape further */
export function looksOf(place: number, isDark: boolean): PriceLooks {
  const colours = isDark ? DARK : LIGHT;
  const turn = Math.floor(place / colours.length);
  return {
    colour: colours[place % colours.length] ?? LIGHT[0],
    shape: SHAPES[(place + turn) % SHAPES.length] ?? 'circle',
  };
}

/** Corners in a square from −1 to 1; null: a circle. */
export function cornersOf(shape: Shape): readonly (readonly [number, number])[] | null {
  return CORNERS[shape];
}

const CORNERS: Readonly<Record<Shape, readonly (readonly [number, number])[] | null>> = {
  circle: null,
  square: [
    [-0.82, -0.82],
    [0.82, -0.82],
    [0.82, 0.82],
    [-0.82, 0.82],
  ],
  diamond: [
    [0, -1.05],
    [1.05, 0],
    [0, 1.05],
    [-1.05, 0],
  ],
  triangle: [
    [0, -1],
    [1, 0.85],
    [-1, 0.85],
  ],
  hexagon: [
    [-0.5, -0.95],
    [0.5, -0.95],
    [1, 0],
    [0.5, 0.95],
    [-0.5, 0.95],
    [-1, 0],
  ],
  wedge: [
    [-1, -0.85],
    [1, -0.85],
    [0, 1],
  ],
};
