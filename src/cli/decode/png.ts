// Pixels of a PNG (ISO/IEC 15948), as brightness on white. Interlaced files are left to the decoder,
// which reads files by itself; only enlarging needs pixels.
import { inflateSync } from 'node:zlib';
import type { Picture } from '#lane/decoding/picture.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PIXELS_MAX = 64_000_000;
/** Samples a pixel by colour type: grey, –, RGB, palette, grey + alpha, –, RGB + alpha. */
const SAMPLES: readonly number[] = [1, 0, 3, 1, 2, 0, 4];

type Header = {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
};

export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/** @returns null for what this does not read: interlaced, damaged, too large */
export function decodePng(bytes: Buffer): Picture | null {
  const chunks = chunksOf(bytes);
  const header = headerOf(chunks.find(({ type }) => type === 'IHDR')?.data);
  if (header === null) return null;
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data ?? null;
  const clear = chunks.find(({ type }) => type === 'tRNS')?.data ?? null;
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const rows = unfiltered(header, Buffer.concat(packed));
  return rows === null ? null : brightness(header, rows, palette, clear);
}

function chunksOf(bytes: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  let offset = SIGNATURE.length;
  while (offset + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    chunks.push({ type, data: bytes.subarray(offset + 8, offset + 8 + length) });
    offset += 12 + length;
  }
  return chunks;
}

function headerOf(data: Buffer | undefined): Header | null {
  if (data === undefined || data.length < 13) return null;
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  const [depth = 0, colour = 0, , , interlace] = data.subarray(8);
  const isRead = interlace === 0 && (SAMPLES[colour] ?? 0) > 0 && [1, 2, 4, 8, 16].includes(depth);
  if (!isRead || width === 0 || height === 0 || width * height > PIXELS_MAX) return null;
  return { width, height, depth, colour };
}

/** Undoes the filters that each row was packed with; rows follow one another without their filter byte. */
function unfiltered({ width, height, depth, colour }: Header, packed: Buffer): Buffer | null {
  const bitsPerPixel = depth * (SAMPLES[colour] ?? 0);
  const stride = Math.ceil((width * bitsPerPixel) / 8);
  const step = Math.max(1, bitsPerPixel >> 3);
  let raw: Buffer;
  try {
    raw = inflateSync(packed, { maxOutputLength: height * (stride + 1) + 1024 });
  } catch {
    return null;
  }
  if (raw.length < height * (stride + 1)) return null;
  const rows = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y += 1) {
    const from = y * (stride + 1);
    const to = y * stride;
    const filter = raw[from] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const left = x < step ? 0 : (rows[to + x - step] ?? 0);
      const up = y === 0 ? 0 : (rows[to + x - stride] ?? 0);
      const corner = x < step || y === 0 ? 0 : (rows[to + x - stride - step] ?? 0);
      rows[to + x] = (raw[from + 1 + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return rows;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const [a, b, c] = [
        Math.abs(up - corner),
        Math.abs(left - corner),
        Math.abs(left + up - 2 * corner),
      ];
      if (a <= b && a <= c) return left;
      return b <= c ? up : corner;
    }
    default:
      return 0;
  }
}

function brightness(
  header: Header,
  rows: Buffer,
  palette: Buffer | null,
  clear: Buffer | null,
): Picture {
  const { width, height, depth, colour } = header;
  const samples = SAMPLES[colour] ?? 1;
  const stride = Math.ceil((width * depth * samples) / 8);
  const pixels = new Uint8Array(width * height);
  // 16 bits: the upper byte is all that brightness needs.
  const bytesPerSample = depth === 16 ? 2 : 1;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * stride;
      const sample = (n: number) => rows[at + (x * samples + n) * bytesPerSample] ?? 0;
      let value: number;
      if (colour === 3) value = paletted(smallSample(rows, at, x, depth), palette, clear);
      else if (colour === 0 && depth < 8) {
        value = (smallSample(rows, at, x, depth) * 255) / ((1 << depth) - 1);
      } else if (colour === 0) value = sample(0);
      else if (colour === 4) value = onWhite(sample(0), sample(1));
      else value = onWhite(luma(sample(0), sample(1), sample(2)), colour === 6 ? sample(3) : 255);
      pixels[y * width + x] = Math.round(value);
    }
  }
  return { width, height, pixels };
}

/** A sample of up to 8 bits, several to the byte, the first in the highest bits. */
function smallSample(rows: Buffer, at: number, x: number, depth: number): number {
  const bit = x * depth;
  const byte = rows[at + (bit >> 3)] ?? 0;
  return (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function paletted(index: number, palette: Buffer | null, clear: Buffer | null): number {
  const at = index * 3;
  const grey = luma(palette?.[at] ?? 0, palette?.[at + 1] ?? 0, palette?.[at + 2] ?? 0);
  return onWhite(grey, clear?.[index] ?? 255);
}

/** ITU-R BT.601, the same weights as cameras use. */
function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function onWhite(grey: number, alpha: number): number {
  return 255 + ((grey - 255) * alpha) / 255;
}
