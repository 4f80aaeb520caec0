import { GETA, settable } from './fonts.ts';

/**
 * Text for receipt printers sold in China, which read one byte for ASCII and two for all else. Node
 * decodes GB 18030 and cannot encode it, so the table is made by decoding every pair of bytes once.
 * Left out are the four-byte characters and the pairs that GB 18030 added to GBK (lead byte FE): a
 * printer that lacks their shapes would print a gap and tell nobody.
 *
 * @see WHATWG Encoding, gb18030
 */
export type Encoded = { readonly bytes: Buffer<ArrayBuffer>; readonly missing: readonly string[] };

/** A character that has no two bytes is sent as 〓 and reported. */
export function encodeGb18030(text: string): Encoded {
  const bytes: number[] = [];
  const missing: string[] = [];
  for (const character of settable(text)) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint < 0x80) {
      bytes.push(codePoint);
      continue;
    }
    const pair = pairs().get(ALIKE[character] ?? character);
    if (pair === undefined) missing.push(character);
    const sent = pair ?? GETA_PAIR;
    bytes.push(sent >> 8, sent & 0xff);
  }
  return { bytes: Buffer.from(bytes), missing };
}

/** How many of the printer's narrow columns a text takes: a Chinese character takes two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of settable(text)) columns += (character.codePointAt(0) ?? 0) < 0x80 ? 1 : 2;
  return columns;
}

/** Signs that the printer has in another form only. */
const ALIKE: Readonly<Record<string, string>> = { '¥': '￥', '–': '—', '•': '·' };
const GETA_PAIR = 0xa1fe;

let table: ReadonlyMap<string, number> | null = null;

function pairs(): ReadonlyMap<string, number> {
  table ??= readPairs();
  return table;
}

function readPairs(): ReadonlyMap<string, number> {
  const decoder = new TextDecoder('gb18030', { fatal: true });
  const found = new Map<string, number>();
  for (let lead = 0x81; lead < 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      const character = decoder.decode(new Uint8Array([lead, trail]));
      const isPrivate = /\p{Co}/u.test(character);
      if (!isPrivate && !found.has(character)) found.set(character, (lead << 8) | trail);
    }
  }
  found.set(GETA, GETA_PAIR);
  return found;
}
