// How a gate reads a code: the same steps for a photograph in `kaimen decode`, for a test, and for every
// frame of a steward's camera. The decoder itself (zxing-wasm) is passed in; how it gets its WebAssembly
// differs between a browser and Node.
import {
  centreOf,
  type ImageDataLike,
  imageDataOf,
  type Picture,
  pictureOf,
  scaled,
} from './picture.ts';
import { STRATEGIES, type Strategy, scaleFor } from './strategies.ts';

/** What the decoder is asked; a part of zxing-wasm's `ReaderOptions`. */
export type LookOptions = {
  readonly formats: ['QRCode'];
  readonly textMode: 'Plain';
  readonly maxNumberOfSymbols: number;
  readonly tryHarder: boolean;
  readonly tryDownscale: boolean;
  readonly tryRotate: boolean;
  readonly tryInvert: boolean;
  readonly tryDenoise: boolean;
  readonly binarizer: Strategy['binarizer'];
};

/** `readBarcodes` of zxing-wasm. @param Source - pixels, and in Node also a whole file */
export type Decoder<Source> = (
  image: Source | ImageDataLike,
  options: LookOptions,
) => Promise<readonly { readonly isValid: boolean; readonly text: string }[]>;

export type ReadCode = { readonly text: string; readonly strategy: Strategy['name'] };

/** Looking closer at a live frame, only its middle is enlarged: that is where the code is held. */
const CENTRE_SHARE = 0.5;

/**
 * Reads one QR code from a still picture: one strategy after another until one answers.
 *
 * @param pixels - of the source, for the strategies that need them; null where they cannot be had
 * @returns null when no strategy finds a code; an empty text is a misreading, never a code
 */
export async function readPicture<Source>(
  decode: Decoder<Source>,
  source: Source,
  pixels: () => Picture | null,
): Promise<ReadCode | null> {
  let picture: Picture | null | undefined;
  for (const strategy of STRATEGIES) {
    let image: Source | ImageDataLike = source;
    if (strategy.scale !== 1) {
      picture ??= pixels();
      if (picture === null) continue;
      image = imageDataOf(scaled(picture, scaleFor(strategy, picture.width, picture.height)));
    }
    const text = await look(decode, image, strategy);
    if (text !== null) return { text, strategy: strategy.name };
  }
  return null;
}

/** Looks at one frame in one way; the next frame is looked at in the next. */
export async function readFrame(
  decode: Decoder<never>,
  frame: ImageDataLike,
  turn: number,
): Promise<ReadCode | null> {
  const strategy = STRATEGIES[turn % STRATEGIES.length] as Strategy;
  const image =
    strategy.scale === 1
      ? frame
      : imageDataOf(scaled(centreOf(pictureOf(frame), CENTRE_SHARE), strategy.scale));
  const text = await look(decode, image, strategy);
  return text === null ? null : { text, strategy: strategy.name };
}

async function look<Source>(
  decode: Decoder<Source>,
  image: Source | ImageDataLike,
  strategy: Strategy,
): Promise<string | null> {
  const found = await decode(image, {
    formats: ['QRCode'],
    textMode: 'Plain',
    maxNumberOfSymbols: 1,
    tryHarder: true,
    tryDownscale: true,
    tryRotate: false,
    tryInvert: true,
    tryDenoise: strategy.tryDenoise,
    binarizer: strategy.binarizer,
  });
  return found.find(({ isValid, text }) => isValid && text !== '')?.text ?? null;
}
