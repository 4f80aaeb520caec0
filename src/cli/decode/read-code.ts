import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { type ReadCode, readPicture } from '#lane/decoding/read-picture.ts';
import { decodePng, isPng } from './png.ts';

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
 * Reads one QR code from a picture, as the gate does.
 *
 * @param bytes - a PNG or JPEG file
 * @returns null when no strategy finds a code
 */
export function readCode(bytes: Buffer): Promise<ReadCode | null> {
  prepare();
  return readPicture<Uint8Array>(readBarcodes, bytes, () =>
    isPng(bytes) ? decodePng(bytes) : null,
  );
}
