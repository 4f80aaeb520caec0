import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { encodeQR } from 'qr';
import { kaimen } from '#cli/stand-in-server.ts';
import { type Picture, scaled } from '#lane/decoding/picture.ts';
import { STRATEGIES, scaleFor } from '#lane/decoding/strategies.ts';
import { decodePng } from './png.ts';
import { readCode } from './read-code.ts';

const CODE = 'KAQACAAAAE6U5Q4RG4TUIHXSOE';

let directory = '';
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'kaimen-cli-'));
});
after(() => rmSync(directory, { recursive: true }));

test('a plain code is read at the first look', async () => {
  assert.deepEqual(await readCode(greyPng(symbol(4))), { text: CODE, strategy: 'whole' });
});

test('a code too small for the first look is read enlarged', async () => {
  // Chosen because the first look alone misses each of them.
  for (const [degrees, zoom] of [
    [15, 0.18],
    [20, 0.2],
    [25, 0.22],
    [33, 0.18],
  ] as const) {
    const far = greyPng(turned(symbol(8), 100, degrees, zoom));
    assert.deepEqual(await readCode(far), { text: CODE, strategy: 'enlarged' });
  }
});

test('white on black is read too, and an empty wall is no code', async () => {
  const { width, height, pixels } = symbol(4);
  const inverted = { width, height, pixels: pixels.map((value) => 255 - value) };
  assert.equal((await readCode(greyPng(inverted)))?.text, CODE);
  const wall = { width: 300, height: 200, pixels: new Uint8Array(60_000).fill(200) };
  assert.equal(await readCode(greyPng(wall)), null);
});

test('reads the pixels of every kind of PNG the same, whatever its filters', () => {
  const picture = { width: 5, height: 6, pixels: new Uint8Array(30).map((_, n) => (n * 37) % 256) };
  for (const filter of [0, 1, 2, 3, 4]) {
    assert.deepEqual(pixelsOf(png(picture, 0, 8, filter, (value) => [value])), picture.pixels);
    const rgb = png(picture, 2, 8, filter, (value) => [value, value, value]);
    assert.deepEqual(pixelsOf(rgb), picture.pixels);
    const deep = png(picture, 0, 16, filter, (value) => [value, 17]);
    assert.deepEqual(pixelsOf(deep), picture.pixels);
  }
  // What is transparent is white: a code without a ground of its own lies on paper.
  assert.deepEqual(pixelsOf(png(picture, 4, 8, 4, (value) => [0, 255 - value])), picture.pixels);
});

test('leaves damaged, cut and monstrous files to the decoder, which says no', async () => {
  const whole = greyPng(symbol(4));
  assert.equal(decodePng(whole.subarray(0, whole.length / 2)), null);
  const monster = Buffer.from(whole);
  monster.writeUInt32BE(0x7fffffff, 16);
  assert.equal(decodePng(monster), null);
  assert.equal(await readCode(whole.subarray(0, 40)), null);
});

test('scaling keeps an even picture even and never leaves its edges', () => {
  const even = { width: 3, height: 2, pixels: new Uint8Array(6).fill(99) };
  const larger = scaled(even, 2);
  assert.deepEqual([larger.width, larger.height], [6, 4]);
  assert.ok(larger.pixels.every((value) => value === 99));
  const ramp = scaled({ width: 2, height: 1, pixels: Uint8Array.of(0, 100) }, 2);
  assert.deepEqual([...ramp.pixels.subarray(0, 4)], [0, 25, 75, 100]);
});

test('large photographs are not made larger still', () => {
  const [whole, enlarged] = STRATEGIES;
  assert.ok(whole !== undefined && enlarged !== undefined);
  assert.equal(scaleFor(whole, 4032, 3024), 1);
  assert.equal(scaleFor(enlarged, 640, 480), 2);
  assert.ok(scaleFor(enlarged, 4032, 3024) * 4032 <= 2560);
});

test('kaimen decode answers a line for each picture, and goes on after a bad one', async () => {
  const good = path.join(directory, 'good.png');
  const text = path.join(directory, 'notes.txt');
  const wall = path.join(directory, 'wall.png');
  writeFileSync(good, greyPng(symbol(4)));
  writeFileSync(text, 'x');
  writeFileSync(wall, greyPng({ width: 40, height: 40, pixels: new Uint8Array(1600).fill(255) }));
  const { code, stdout, stderr } = await kaimen(['decode', '--json', text, good, wall]);
  assert.equal(code, 1);
  assert.match(stderr, /notes\.txt: not a picture; give PNG or JPEG/);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map((line) => [line.file, line.text]),
    [
      [text, null],
      [good, CODE],
      [wall, null],
    ],
  );
  assert.ok(lines.every(({ ms }) => typeof ms === 'number'));
  assert.equal((await kaimen(['decode', wall])).code, 0);
});

/** The symbol of the code with its quiet zone, so many pixels a module. */
function symbol(pixelsPerModule: number): Picture {
  const rows = encodeQR(CODE, 'raw', { ecc: 'quartile', encoding: 'alphanumeric', border: 4 });
  const width = rows.length * pixelsPerModule;
  const pixels = new Uint8Array(width * width).map((_, n) => {
    const row = rows[Math.floor(n / width / pixelsPerModule)];
    return row?.[Math.floor((n % width) / pixelsPerModule)] === true ? 0 : 255;
  });
  return { width, height: width, pixels };
}

function pixelsOf(file: Buffer): Uint8Array | undefined {
  return decodePng(file)?.pixels;
}

function greyPng(picture: Picture): Buffer {
  return png(picture, 0, 8, 0, (value) => [value]);
}

/** A PNG that packs each row with one filter; `bytesOf` writes a pixel. */
function png(
  { width, height, pixels }: Picture,
  colour: number,
  depth: number,
  filter: number,
  bytesOf: (value: number) => number[],
): Buffer {
  const step = bytesOf(0).length;
  const plain = Buffer.from([...pixels].flatMap(bytesOf));
  const stride = width * step;
  const packed = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y += 1) {
    packed[y * (stride + 1)] = filter;
    for (let x = 0; x < stride; x += 1) {
      const at = (dx: number, dy: number) =>
        x < dx || y < dy ? 0 : (plain[(y - dy) * stride + x - dx] ?? 0);
      const [left, up, corner] = [at(step, 0), at(0, 1), x < step || y < 1 ? 0 : at(step, 1)];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      packed[y * (stride + 1) + 1 + x] = at(0, 0) - guess;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(packed)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  return [left, up, corner].reduce((best, value) =>
    Math.abs(guess - value) < Math.abs(guess - best) ? value : best,
  );
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The same symbol turned and with noise, as a hand-held camera far away sees it. */
function turned(source: Picture, size: number, degrees: number, zoom: number): Picture {
  const pixels = new Uint8Array(size * size);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  let noise = 1;
  for (let n = 0; n < pixels.length; n += 1) {
    const [x, y] = [(n % size) - size / 2, Math.floor(n / size) - size / 2];
    const column = Math.round((x * cos + y * sin) / zoom + source.width / 2);
    const row = Math.round((y * cos - x * sin) / zoom + source.height / 2);
    const isInside = column >= 0 && column < source.width && row >= 0 && row < source.height;
    const ink = isInside ? (source.pixels[row * source.width + column] ?? 255) : 255;
    noise = (noise * 48_271) % 0x7fffffff;
    pixels[n] = 80 + ink / 4 + (noise % 30);
  }
  return { width: size, height: size, pixels };
}
