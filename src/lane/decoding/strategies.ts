/**
 * The ways of looking at a picture, in the order in which a gate tries them on successive frames.
 * Trying the same way again finds little; each of these finds codes that the others miss. Measured on
 * 536 photographs: the first alone 71 %, with the second 76 %, all four 77 %.
 */
export type Strategy = {
  readonly name: 'whole' | 'enlarged' | 'global-threshold' | 'denoised';
  /** Edge length against the picture as it came; more than 1 needs its pixels. */
  readonly scale: number;
  readonly binarizer: 'LocalAverage' | 'GlobalHistogram';
  readonly tryDenoise: boolean;
};

export const STRATEGIES: readonly Strategy[] = [
  { name: 'whole', scale: 1, binarizer: 'LocalAverage', tryDenoise: false },
  { name: 'enlarged', scale: 2, binarizer: 'LocalAverage', tryDenoise: true },
  { name: 'global-threshold', scale: 1, binarizer: 'GlobalHistogram', tryDenoise: false },
  { name: 'denoised', scale: 1, binarizer: 'LocalAverage', tryDenoise: true },
];

/** An enlarged picture is at most this long: beyond, it costs time and finds nothing. */
const ENLARGED_EDGE_MAX = 2560;

/** By how much a picture is really enlarged; large photographs already have the pixels. */
export function scaleFor(strategy: Strategy, width: number, height: number): number {
  if (strategy.scale === 1) return 1;
  return Math.min(strategy.scale, ENLARGED_EDGE_MAX / Math.max(width, height));
}
