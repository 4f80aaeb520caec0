/** Brightness, one byte a pixel, row by row from the top. */
export type Picture = {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
};

/** Scales with bilinear interpolation, pixel centres onto pixel centres. */
export function scaled(picture: Picture, scale: number): Picture {
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const columns = taps(picture.width, width);
  const rows = taps(picture.height, height);
  const source = picture.pixels;
  const pixels = new Uint8Array(width * height);
  let index = 0;
  for (let y = 0; y < height; y += 1) {
    const upper = (rows.first[y] ?? 0) * picture.width;
    const lower = (rows.second[y] ?? 0) * picture.width;
    const down = rows.share[y] ?? 0;
    for (let x = 0; x < width; x += 1) {
      const left = columns.first[x] ?? 0;
      const right = columns.second[x] ?? 0;
      const across = columns.share[x] ?? 0;
      const top = mix(source[upper + left] ?? 0, source[upper + right] ?? 0, across);
      const bottom = mix(source[lower + left] ?? 0, source[lower + right] ?? 0, across);
      pixels[index] = mix(top, bottom, down) + 0.5;
      index += 1;
    }
  }
  return { width, height, pixels };
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** For every new position: the two old ones it lies between, and how far towards the second. */
function taps(from: number, to: number) {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const share = new Float32Array(to);
  for (let index = 0; index < to; index += 1) {
    const place = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    first[index] = Math.floor(place);
    second[index] = Math.min(Math.floor(place) + 1, from - 1);
    share[index] = place - Math.floor(place);
  }
  return { first, second, share };
}

/** Brightness of a picture in colour (ITU-R BT.601, the weights of cameras); what is transparent is white. */
export function pictureOf({ width, height, data }: ImageDataLike): Picture {
  const pixels = new Uint8Array(width * height);
  for (let index = 0; index < pixels.length; index += 1) {
    const at = index * 4;
    const grey =
      0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
    const alpha = data[at + 3] ?? 255;
    pixels[index] = 255 + ((grey - 255) * alpha) / 255 + 0.5;
  }
  return { width, height, pixels };
}

/** The middle of a picture, such a share of each edge. */
export function centreOf({ width, height, pixels }: Picture, share: number): Picture {
  const [w, h] = [Math.round(width * share), Math.round(height * share)];
  const [left, top] = [(width - w) >> 1, (height - h) >> 1];
  const cut = new Uint8Array(w * h);
  for (let y = 0; y < h; y += 1) {
    const from = (top + y) * width + left;
    cut.set(pixels.subarray(from, from + w), y * w);
  }
  return { width: w, height: h, pixels: cut };
}

/** The form that the decoder takes. */
export function imageDataOf({ width, height, pixels }: Picture): ImageDataLike {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let index = 0; index < pixels.length; index += 1) {
    const brightness = pixels[index] ?? 0;
    data[index * 4] = brightness;
    data[index * 4 + 1] = brightness;
    data[index * 4 + 2] = brightness;
    data[index * 4 + 3] = 255;
  }
  return { width, height, data, colorSpace: 'srgb' };
}

/** `ImageData` without a browser. */
export type ImageDataLike = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly colorSpace: 'srgb';
};
