import { assert } from '#domain/kernel/assert.ts';
import { readOutline, rescaleOutline, writeOutline } from './glyph-outline.ts';

/**
 * Redraws a TrueType font on a coarser grid, which takes a quarter off its compressed outlines. At
 * 200 units an em, one step at 30 pt is 0.05 mm, about a printer's dot.
 *
 * @param sfnt - without hints; every glyph a simple one, as those of Chinese characters are
 * @see OpenType specification, head, hhea, hmtx, loca, OS/2
 */
export function coarsenFont(sfnt: Buffer, unitsPerEm: number): Buffer {
  const tables = tablesOf(sfnt);
  const head = Buffer.from(tableIn(tables, 'head'));
  const scale = unitsPerEm / head.readUInt16BE(18);
  const glyphs = glyphsOf(tables, head.readInt16BE(50) === 1).map((glyph) =>
    glyph.length === 0 ? glyph : writeOutline(rescaleOutline(readOutline(glyph), scale)),
  );
  head.writeUInt16BE(unitsPerEm, 18);
  head.writeInt16BE(1, 50);
  const hmtx = tableIn(tables, 'hmtx');
  tables.set('head', scaled(head, [36, 38, 40, 42], scale));
  tables.set('glyf', Buffer.concat(glyphs));
  tables.set('loca', locaOf(glyphs));
  tables.set('hhea', scaled(tableIn(tables, 'hhea'), [4, 6, 8, 10, 12, 14, 16], scale));
  tables.set(
    'hmtx',
    scaled(
      hmtx,
      [...Array(hmtx.length / 2).keys()].map((at) => at * 2),
      scale,
    ),
  );
  tables.set('OS/2', scaled(tableIn(tables, 'OS/2'), [2, 68, 70, 72, 74, 76, 86, 88], scale));
  return sfntOf(tables);
}

type Tables = Map<string, Buffer>;

function tablesOf(sfnt: Buffer): Tables {
  const tables: Tables = new Map();
  for (let index = 0; index < sfnt.readUInt16BE(4); index += 1) {
    const entry = sfnt.subarray(12 + index * 16, 28 + index * 16);
    const offset = entry.readUInt32BE(8);
    const data = sfnt.subarray(offset, offset + entry.readUInt32BE(12));
    tables.set(entry.toString('latin1', 0, 4), data);
  }
  return tables;
}

function tableIn(tables: Tables, tag: string): Buffer {
  const table = tables.get(tag);
  assert(table !== undefined, `a font without a ${tag} table`);
  return table;
}

function glyphsOf(tables: Tables, isLong: boolean): Buffer[] {
  const loca = tableIn(tables, 'loca');
  const glyf = tableIn(tables, 'glyf');
  const offsets = Array.from({ length: loca.length / (isLong ? 4 : 2) }, (_, index) =>
    isLong ? loca.readUInt32BE(index * 4) : loca.readUInt16BE(index * 2) * 2,
  );
  return offsets.slice(1).map((end, index) => glyf.subarray(offsets[index], end));
}

function locaOf(glyphs: readonly Buffer[]): Buffer {
  const loca = Buffer.alloc((glyphs.length + 1) * 4);
  let offset = 0;
  for (const [index, glyph] of glyphs.entries()) {
    offset += glyph.length;
    loca.writeUInt32BE(offset, (index + 1) * 4);
  }
  return loca;
}

function scaled(original: Buffer, offsets: readonly number[], scale: number): Buffer {
  const copy = Buffer.from(original);
  for (const at of offsets) copy.writeInt16BE(Math.round(copy.readInt16BE(at) * scale), at);
  return copy;
}

/** Checksums stay zero: this font is only ever read to be embedded. */
function sfntOf(tables: Tables): Buffer {
  const directory = Buffer.alloc(12 + tables.size * 16);
  directory.writeUInt32BE(0x00010000, 0);
  directory.writeUInt16BE(tables.size, 4);
  const parts = [directory];
  let offset = directory.length;
  for (const [index, [tag, data]] of [...tables].entries()) {
    const at = 12 + index * 16;
    directory.write(tag, at, 'latin1');
    directory.writeUInt32BE(offset, at + 8);
    directory.writeUInt32BE(data.length, at + 12);
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    parts.push(padded);
    offset += padded.length;
  }
  return Buffer.concat(parts);
}
