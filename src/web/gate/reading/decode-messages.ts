// What passes between the page and the decoder's thread.
import type { ImageDataLike } from '#lane/decoding/picture.ts';
import type { ReadCode } from '#lane/decoding/read-picture.ts';

export type DecodeRequest = {
  readonly id: number;
  readonly image: ImageDataLike;
} & (
  | { readonly kind: 'frame' /** Which way of looking is due. */; readonly turn: number }
  | { readonly kind: 'still' }
);

export type DecodeAnswer = {
  readonly id: number;
  readonly found: ReadCode | null;
  readonly ms: number;
  readonly fault: string | null;
};
