import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inkIn, type Picture, proofPages } from '#testing/proof.ts';
import {
  charactersOf,
  type FontSet,
  fontsFor,
  oneWeightFontsFor,
  settable,
  WEIGHTS,
} from './fonts.ts';
import { finish, newDocument, Pen } from './pen.ts';
import { SAMPLE_TICKET } from './sample-ticket.ts';
import { INSTRUCTIONS, WORDS } from './words.ts';

const RARE = '龑骉瑨翀堃喆赟玥祎犇';
const ABSENT = ['㛃', '䶮', '𠮷'];
const CELL = 24;
const ACROSS = 22;

/** Each character alone in a cell of a grid, set as every paper sets it. */
async function grid(fonts: FontSet, characters: readonly string[], weight: 'regular' | 'bold') {
  const pen = new Pen(newDocument({ title: 'grid', printedAt: 0 }), fonts);
  const height = Math.ceil(characters.length / ACROSS) * CELL;
  pen.page([ACROSS * CELL, height]);
  for (const [index, character] of characters.entries()) {
    const x = (index % ACROSS) * CELL;
    pen.write(character, x + 3, Math.floor(index / ACROSS) * CELL + 18, { size: 16, weight });
  }
  const [page] = await proofPages(await finish(pen.doc), 144);
  assert(page);
  return characters.map((_, index) => cellOf(page, index));
}

function cellOf(page: Picture, index: number) {
  const edge = CELL * 2;
  const part = {
    x: (index % ACROSS) * edge,
    y: Math.floor(index / ACROSS) * edge,
    width: edge,
    height: edge,
  };
  const hash = createHash('sha256');
  for (let y = part.y; y < part.y + edge; y += 1) {
    const from = (y * page.width + part.x) * 4;
    hash.update(page.pixels.slice(from, from + edge * 4));
  }
  return { ink: inkIn(page, part), shape: hash.digest('hex') };
}

/** A character missing from the font would leave no ink, or look like every other missing one. */
async function assertDrawn(fonts: FontSet, characters: readonly string[]) {
  for (const weight of WEIGHTS) {
    const cells = await grid(fonts, characters, weight);
    const seen = new Map<string, string>();
    for (const [index, { ink, shape }] of cells.entries()) {
      const character = characters[index] ?? '';
      assert(ink > 0.001, `${character} left no ink in ${weight}`);
      assert.equal(
        seen.get(shape),
        undefined,
        `${character} looks like ${seen.get(shape)} in ${weight}`,
      );
      seen.set(shape, character);
    }
  }
}

test('every character of a Chinese ticket is drawn, in both weights, and unlike any other', async () => {
  const characters = charactersOf([SAMPLE_TICKET, WORDS, INSTRUCTIONS]);
  const drawn = [...characters].filter((character) => character !== ' ');
  assert(drawn.length > 100);
  await assertDrawn(await fontsFor(characters), drawn);
  await assertDrawn(await oneWeightFontsFor(characters), drawn);
});

test('finds rare characters outside the common file', async () => {
  const characters = charactersOf(RARE);
  const fonts = await fontsFor(characters);
  assert.deepEqual([...fonts.missing], []);
  assert(fonts.faces.regular.length > 2);
  await assertDrawn(fonts, [...RARE, '〓']);
});

test('reports characters that no font has and sets 〓 in their place', async () => {
  const fonts = await fontsFor(charactersOf(['李㛃', '䶮', '𠮷野家']));
  assert.deepEqual(
    [...fonts.missing].sort((a, b) => a.localeCompare(b)),
    ABSENT.toSorted((a, b) => a.localeCompare(b)),
  );
  const cells = await grid(fonts, ['〓', ...ABSENT], 'regular');
  assert.equal(new Set(cells.map((cell) => cell.shape)).size, 1);
});

test('sets Western letters with accents without asking the Chinese font', async () => {
  const fonts = await fontsFor(charactersOf('Žižek Müller Nuñez Ångström œuvre'));
  assert.deepEqual([...fonts.missing], []);
  assert.deepEqual(
    fonts.faces.regular.filter((face) => face.sfnt !== null).map((face) => face.codePoints.size),
    [2],
  );
});

test('the same characters give the same fonts, in whatever order they come', async () => {
  assert.equal(await fontsFor(charactersOf('开门')), await fontsFor(charactersOf('门开')));
});

test('text is composed, in one line, and loses only what has no shape', () => {
  assert.equal(settable('e\u0301\u200b 北\ufe0f\n看台\t1'), 'é 北 看台 1');
  assert.equal(settable('\ud800'), '\ufffd');
});
