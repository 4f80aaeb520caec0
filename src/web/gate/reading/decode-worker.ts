// The decoder in a thread of its own: one frame in, what was read out. The WebAssembly comes from our own
// origin and is in the precache; the library by itself would fetch it from a public address.
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { ImageDataLike } from '#lane/decoding/picture.ts';
import { pictureOf } from '#lane/decoding/picture.ts';
import {
  type Decoder,
  type ReadCode,
  readFrame,
  readPicture,
} from '#lane/decoding/read-picture.ts';
import type { DecodeAnswer, DecodeRequest, Frame } from './decode-messages.ts';

prepareZXingModule({
  overrides: { locateFile: () => new URL(wasmUrl, location.origin).href },
  fireImmediately: true,
});

const decode = readBarcodes as Decoder<ImageDataLike>;

self.onmessage = ({ data }: MessageEvent<DecodeRequest>) => {
  const startedMs = performance.now();
  read(data).then(
    (found) => answer({ id: data.id, found, ms: performance.now() - startedMs, fault: null }),
    (error: unknown) =>
      answer({ id: data.id, found: null, ms: performance.now() - startedMs, fault: String(error) }),
  );
};

async function read(request: DecodeRequest): Promise<ReadCode | null> {
  if (request.kind === 'frame') {
    const image = pixelsOf(request.frame);
    request.frame.close();
    return image === null ? null : await readFrame(decode, image, request.turn);
  }
  const { image } = request;
  return await readPicture(decode, image, () => pictureOf(image));
}

/** Larger frames take four times as long and find one per cent more. */
const EDGE_MAX = 1280;
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d', { willReadFrequently: true });

/** Here and not in the page: fetching the pixels of a frame costs as much as reading them. */
function pixelsOf(frame: Frame): ImageDataLike | null {
  const [wide, high] =
    'displayWidth' in frame
      ? [frame.displayWidth, frame.displayHeight]
      : [frame.width, frame.height];
  const scale = Math.min(1, EDGE_MAX / Math.max(wide, high));
  const [width, height] = [Math.round(wide * scale), Math.round(high * scale)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context?.drawImage(frame, 0, 0, width, height);
  const data = context?.getImageData(0, 0, width, height).data;
  return data === undefined ? null : { width, height, data, colorSpace: 'srgb' };
}

function answer(message: DecodeAnswer): void {
  self.postMessage(message);
}
