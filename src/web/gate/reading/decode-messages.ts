// What passes between the page and the decoder's thread.
import type { ImageDataLike } from '#lane/decoding/picture.ts';
import type { ReadCode } from '#lane/decoding/read-picture.ts';

export type Frame = VideoFrame | ImageBitmap;

export type DecodeRequest =
  /** A frame of the camera, and which way of looking is due; its pixels are fetched over there. */
  | {
      readonly id: number;
      readonly kind: 'frame';
      readonly frame: Frame;
      readonly turn: number;
    }
  /** A photograph: all ways. */
  | { readonly id: number; readonly kind: 'still'; readonly image: ImageDataLike };

export type DecodeAnswer = {
  readonly id: number;
  readonly found: ReadCode | null;
  readonly ms: number;
  readonly fault: string | null;
};
