// The decoder in a thread of its own: one frame in, what was read out. The WebAssembly comes from our own
// origin and is in the precache; the library by itself would fetch it from a public address.
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { ImageDataLike } from '#lane/decoding/picture.ts';
import { pictureOf } from '#lane/decoding/picture.ts';
import { type Decoder, readFrame, readPicture } from '#lane/decoding/read-picture.ts';
import type { DecodeAnswer, DecodeRequest } from './decode-messages.ts';

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

function read(request: DecodeRequest) {
  const { image } = request;
  return request.kind === 'frame'
    ? readFrame(decode, image, request.turn)
    : readPicture(decode, image, () => pictureOf(image));
}

function answer(message: DecodeAnswer): void {
  self.postMessage(message);
}
