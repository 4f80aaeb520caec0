import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { type Picture, readCodes } from '#testing/proof.ts';
import {
  QUIET_ZONE_MODULES,
  type SymbolMatrix,
  symbolEncoding,
  symbolFit,
  symbolMatrix,
  symbolPng,
  symbolSheetSvg,
  symbolSvg,
} from './symbol.ts';

const OURS = 'CEZTQ2LAMV3GKZLOOR2HE2LDNB';
const FOREIGN = [
  '0042',
  '7710-88/B',
  'abcXYZ-19',
  'https://example.org/t?c=9f3',
  '北看台-17',
  'x'.repeat(300),
];

function rasterise(
  rectangles: Iterable<readonly number[]>,
  size: number,
  modulePx: number,
): Picture {
  const edge = size * modulePx;
  const pixels = new Uint8ClampedArray(edge * edge * 4).fill(255);
  for (const [left = 0, top = 0, width = 0, height = 0] of rectangles) {
    for (let y = top * modulePx; y < (top + height) * modulePx; y += 1) {
      for (let x = left * modulePx; x < (left + width) * modulePx; x += 1) {
        pixels.fill(0, (y * edge + x) * 4, (y * edge + x) * 4 + 3);
      }
    }
  }
  return { pixels, width: edge, height: edge };
}

/** Reads the drawing back from its own path, so that the path is what is tested. */
function rasteriseSvg(svg: string, size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])) {
  const runs = [...svg.matchAll(/M(\d+) (\d+)h(\d+)v(\d+)h-\3z/g)].map((run) =>
    run.slice(1).map(Number),
  );
  return rasterise(runs, size, 4);
}

function inkOf(matrix: SymbolMatrix): number {
  return matrix.flat().filter(Boolean).length;
}

test('draws our code as version 2 with correction Q', () => {
  assert.equal(OURS.length, 26);
  assert.equal(symbolEncoding(OURS), 'alphanumeric');
  assert.deepEqual(symbolFit(OURS, 'alphanumeric'), { version: 2, ecc: 'quartile' });
  assert.equal(symbolMatrix(OURS).length, 25 + 2 * QUIET_ZONE_MODULES);
});

test('gives a short code the most correction that its version holds', () => {
  assert.deepEqual(symbolFit('0042', 'alphanumeric'), { version: 1, ecc: 'high' });
});

test('draws four white modules on every side', () => {
  const matrix = symbolMatrix(OURS);
  const edge = matrix.length - QUIET_ZONE_MODULES;
  const inside = matrix
    .slice(QUIET_ZONE_MODULES, edge)
    .map((row) => row.slice(QUIET_ZONE_MODULES, edge));
  assert.equal(inkOf(inside), inkOf(matrix));
  assert.equal(inside[0]?.[0], true);
});

test('a reader finds the same text in the SVG and in the PNG', async () => {
  for (const code of [OURS, ...FOREIGN]) {
    assert.deepEqual(await readCodes(rasteriseSvg(symbolSvg(code))), [code]);
    assert.deepEqual(await readCodes(symbolPng(code, { modulePx: 3 })), [code]);
  }
});

test('the PNG has one bit a pixel, also where rows do not end on a byte', () => {
  const png = symbolPng(OURS, { modulePx: 3 });
  assert.equal(png.readUInt32BE(16), 33 * 3);
  assert.deepEqual([...png.subarray(24, 29)], [1, 0, 0, 0, 0]);
  const length = png.readUInt32BE(33);
  assert.equal(inflateSync(png.subarray(41, 41 + length)).length, (1 + 13) * 99);
  assert.ok(png.length < 700, `${png.length} bytes`);
});

test('the SVG is white behind the symbol and says what it is', () => {
  const svg = symbolSvg(OURS, { sizeMm: 35, label: 'Ticket "A&B"' });
  assert.match(svg, /<path fill="#fff" d="M0 0h33v33H0z"\/>/);
  assert.match(
    svg,
    /width="35mm" height="35mm" role="img" aria-label="Ticket &quot;A&amp;B&quot;"/,
  );
});

test('a sheet holds one labelled, readable symbol for each item', async () => {
  const items = Array.from({ length: 13 }, (_, n) => ({
    ref: `N<${n}>`,
    code: `${OURS.slice(2)}${n + 10}`,
  }));
  const sheet = symbolSheetSvg(items);
  assert.equal(sheet.match(/<path transform/g)?.length, 13);
  assert.match(sheet, />N&lt;12&gt;<\/text>/);
  const [, ...cells] = sheet.split('<path transform');
  const codes = await Promise.all(cells.map((cell) => readCodes(rasteriseSvg(cell, 33))));
  assert.deepEqual(
    codes.flat(),
    items.map((item) => item.code),
  );
});

test('refuses an empty code as the bug that it is', () => {
  assert.throws(() => symbolMatrix(''), /a code of 0 characters/);
});
