import { readFile } from 'node:fs/promises';
import subsetFont from 'subset-font';
import { assert } from '#domain/kernel/assert.ts';
import { readCharacterMap } from './character-map.ts';
import { coarsenFont } from './coarse-font.ts';

/**
 * Fonts cut down to the characters of one batch of papers. Western letters are set in Helvetica,
 * which every PDF reader and printer brings, so they cost nothing. For the rest there is a package
 * with one file of 7,947 common characters and a hundred slices that together hold 13,526, each for
 * a range of Unicode; a character that the common file lacks is looked up among the slices. What
 * nothing has is set as 〓 and reported, never left out.
 */

export const WEIGHTS = ['regular', 'bold'] as const;
export type Weight = (typeof WEIGHTS)[number];

export type Face = {
  /** Unique within a font set. */
  readonly name: string;
  /** A TrueType font; null for a font that every PDF reader brings. */
  readonly sfnt: Buffer | null;
  readonly codePoints: ReadonlySet<number>;
  /** Bold is made by drawing along the outlines of the regular weight, in ems; 0 draws nothing. */
  readonly outlineEm: number;
};

export type FontSet = {
  /** In the order of preference; every character that is not missing is in one of them. */
  readonly faces: Readonly<Record<Weight, readonly Face[]>>;
  readonly missing: ReadonlySet<string>;
};

/** The geta mark, which printers set where a type is wanting. */
export const GETA = '〓';

const windows1252 = new TextDecoder('windows-1252');
const UNASSIGNED: ReadonlySet<number> = new Set([0x7f, 0x81, 0x8d, 0x8f, 0x90, 0x9d, 0xad]);

const ALWAYS = `${GETA}…`;
/** Windows-1252, in which the fonts that PDF readers bring are encoded (ISO 32000-1, annex D). */
const WESTERN: ReadonlySet<number> = new Set(
  Array.from({ length: 0xff - 0x20 + 1 }, (_, index) => 0x20 + index)
    .filter((byte) => !UNASSIGNED.has(byte))
    .map((byte) => windows1252.decode(new Uint8Array([byte])).codePointAt(0) ?? 0),
);
const WESTERN_FACES: Readonly<Record<Weight, Face>> = {
  regular: { name: 'Helvetica', sfnt: null, codePoints: WESTERN, outlineEm: 0 },
  bold: { name: 'Helvetica-Bold', sfnt: null, codePoints: WESTERN, outlineEm: 0 },
};
/** Both scripts use these marks, each with a width of its own. */
const SHARED_MARKS = /[·—‘’“”…×]/u;

const FILE_WEIGHTS: Readonly<Record<Weight, number>> = { regular: 400, bold: 700 };
const COARSE_UNITS = 200;
const OUTLINE_EM = 0.024;
const FONT_SETS_MAX = 8;
const fontSets = new Map<string, Promise<FontSet>>();
const commonFonts = new Map<Weight, Promise<Buffer>>();

/**
 * Text as it can be set: composed, in one line, without characters that have no shape of their own
 * (zero-width and variation marks) and without halves of surrogate pairs.
 */
export function settable(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

/** Each character of all strings in a value, however deep, that can be set. */
export function charactersOf(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') {
    for (const character of settable(value)) found.add(character);
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) charactersOf(part, found);
  }
  return found;
}

/** The same set of characters gives the same fonts, from memory for the last few sets. */
export function fontsFor(characters: ReadonlySet<string>): Promise<FontSet> {
  const sorted = [...new Set([...characters, ...ALWAYS])].sort(byCodePoint);
  const key = sorted.join('');
  const known = fontSets.get(key) ?? buildFontSet(sorted);
  fontSets.delete(key);
  fontSets.set(key, known);
  for (const oldest of fontSets.keys()) {
    if (fontSets.size <= FONT_SETS_MAX) break;
    fontSets.delete(oldest);
  }
  known.catch(() => fontSets.delete(key));
  return known;
}

function byCodePoint(a: string, b: string): number {
  return (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
}

/**
 * The same set with one weight of Chinese, which halves what a document of one page carries. Bold is
 * the regular weight with its outlines drawn: right for a line or two, too coarse for a poster.
 */
export async function oneWeightFontsFor(characters: ReadonlySet<string>): Promise<FontSet> {
  const both = await fontsFor(characters);
  const one = oneWeights.get(both) ?? oneWeightOf(both);
  oneWeights.set(both, one);
  return one;
}

const oneWeights = new WeakMap<FontSet, FontSet>();

function oneWeightOf({ faces, missing }: FontSet): FontSet {
  const regular = faces.regular.map((face) => ({
    ...face,
    sfnt: face.sfnt && coarsenFont(face.sfnt, COARSE_UNITS),
  }));
  const bold = regular.slice(1).map((face) => ({ ...face, outlineEm: OUTLINE_EM }));
  return { faces: { regular, bold: [WESTERN_FACES.bold, ...bold] }, missing };
}

async function buildFontSet(characters: readonly string[]): Promise<FontSet> {
  const [regular, bold] = await Promise.all(WEIGHTS.map((weight) => facesOf(weight, characters)));
  const faces = { regular: regular ?? [], bold: bold ?? [] };
  const missing = characters.filter(
    (character) => !WEIGHTS.every((weight) => isIn(faces[weight], character)),
  );
  return { faces, missing: new Set(missing) };
}

function isIn(faces: readonly Face[], character: string): boolean {
  const codePoint = character.codePointAt(0) ?? 0;
  return faces.some((face) => face.codePoints.has(codePoint));
}

async function facesOf(weight: Weight, characters: readonly string[]): Promise<Face[]> {
  const western = WESTERN_FACES[weight];
  const eastern = characters.filter((character) => isEastern(character));
  const common = await cut(`${weight}-common`, await commonFont(weight), eastern);
  const faces = [western, common];
  const rest = characters.filter((character) => !isIn(faces, character));
  for (const [slice, wanted] of slicesHolding(rest, await sliceRanges())) {
    const face = await cut(`${weight}-${slice}`, await fontFile(slice, weight), wanted);
    if (face.codePoints.size > 0) faces.push(face);
  }
  return faces;
}

function isEastern(character: string): boolean {
  return SHARED_MARKS.test(character) || !WESTERN.has(character.codePointAt(0) ?? 0);
}

/**
 * The face for a character.
 *
 * @param before - the face of the character before it, with which a mark of both scripts goes
 */
export function faceFor(faces: readonly Face[], character: string, before: Face | null): Face {
  const codePoint = character.codePointAt(0) ?? 0;
  const isShared = SHARED_MARKS.test(character);
  if (isShared && before?.codePoints.has(codePoint) === true) return before;
  const face = faces.find((one) => one.codePoints.has(codePoint));
  assert(face !== undefined, `no font was asked for ${character}`);
  return face;
}

async function cut(name: string, font: Buffer, characters: readonly string[]): Promise<Face> {
  const sfnt = await subsetFont(font, characters.join(''), CUT);
  return { name, sfnt, codePoints: readCharacterMap(sfnt), outlineEm: 0 };
}

/** Papers are set horizontally, in one language form and without hints: printers need none. */
const CUT = {
  targetFormat: 'truetype',
  noHinting: true,
  noLayoutClosure: true,
  keepFeatures: [],
} as const;

/** Expanded once per process: to cut from it takes 5 ms, from the compressed file 90 ms. */
function commonFont(weight: Weight): Promise<Buffer> {
  const known = commonFonts.get(weight) ?? expand(weight);
  commonFonts.set(weight, known);
  return known;
}

async function expand(weight: Weight): Promise<Buffer> {
  const file = await fontFile('chinese-simplified', weight);
  return subsetFont(file, undefined, { ...CUT, keepAllGlyphs: true });
}

function fontFile(slice: string, weight: Weight): Promise<Buffer> {
  const name = `noto-sans-sc-${slice}-${FILE_WEIGHTS[weight]}-normal.woff2`;
  return readFile(new URL(import.meta.resolve(`@fontsource/noto-sans-sc/files/${name}`)));
}

type Range = { readonly slice: string; readonly first: number; readonly last: number };
let ranges: Promise<readonly Range[]> | null = null;

/** What each slice says that it holds; the font's own character map has the last word. */
function sliceRanges(): Promise<readonly Range[]> {
  ranges ??= readSliceRanges();
  return ranges;
}

async function readSliceRanges(): Promise<readonly Range[]> {
  const file = new URL(import.meta.resolve('@fontsource/noto-sans-sc/unicode.json'));
  const declared = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  return Object.entries(declared).flatMap(([name, list]) =>
    list.split(',').map((part) => {
      const [first = '', last = first] = part.replace('U+', '').split('-');
      const slice = name.replaceAll(/[[\]]/g, '');
      return { slice, first: Number.parseInt(first, 16), last: Number.parseInt(last, 16) };
    }),
  );
}

function slicesHolding(
  characters: readonly string[],
  all: readonly Range[],
): Map<string, string[]> {
  const wanted = new Map<string, string[]>();
  for (const character of characters) {
    const codePoint = character.codePointAt(0) ?? 0;
    for (const { slice, first, last } of all) {
      if (codePoint < first || codePoint > last) continue;
      wanted.set(slice, [...(wanted.get(slice) ?? []), character]);
    }
  }
  return wanted;
}
