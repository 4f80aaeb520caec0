import { crc32, deflateSync } from 'node:zlib';

/** The parts of a PNG header that differ (W3C PNG §11.2.1); never interlaced. */
export type PngHeader = {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 1 | 8;
  /** 0: grey, 2: red, green and blue. */
  readonly colorType: 0 | 2;
};

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** @param rows - from the top, each opening with its filter type */
export function pngOf(
  { width, height, bitDepth, colorType }: PngHeader,
  rows: Buffer,
): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  header[9] = colorType;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
