import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader';
import { imageDataOf, type Picture, scaled } from './picture.ts';
import { decodePng, isPng } from './png.ts';
import { STRATEGIES, type Strategy, scaleFor } from './strategies.ts';

let isPrepared = false;

/** The decoder from our own libraries: by itself it would fetch it from a public address. */
function prepare(): void {
  if (isPrepared) return;
  const file = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  const wasmBinary = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  prepareZXingModule({ overrides: { wasmBinary } });
  isPrepared = true;
}

/**
 * Reads one QR code from a picture, as the gate does: one strategy after another until one answers.
 *
 * @param bytes - a PNG or JPEG file
 * @returns null when no strategy finds a code; an empty text is a misreading, never a code
 */
export async function readCode(
  bytes: Buffer,
): Promise<{ readonly text: string; readonly strategy: Strategy['name'] } | null> {
  prepare();
  let picture: Picture | null | undefined;
  for (const strategy of STRATEGIES) {
    if (strategy.scale === 1) {
      const text = await look(bytes, strategy);
      if (text !== null) return { text, strategy: strategy.name };
      continue;
    }
    picture ??= isPng(bytes) ? decodePng(bytes) : null;
    if (picture === null) continue;
    const scale = scaleFor(strategy, picture.width, picture.height);
    const text = await look(imageDataOf(scaled(picture, scale)), strategy);
    if (text !== null) return { text, strategy: strategy.name };
  }
  return null;
}

async function look(
  image: Parameters<typeof readBarcodes>[0],
  strategy: Strategy,
): Promise<string | null> {
  const options: ReaderOptions = {
    formats: ['QRCode'],
    textMode: 'Plain',
    maxNumberOfSymbols: 1,
    tryHarder: true,
    tryDownscale: true,
    tryRotate: false,
    tryInvert: true,
    tryDenoise: strategy.tryDenoise,
    binarizer: strategy.binarizer,
  };
  const found = await readBarcodes(image, options);
  return found.find(({ isValid, text }) => isValid && text !== '')?.text ?? null;
}
