import { assert } from '#domain/kernel/assert.ts';

/**
 * Reads which characters a font can show from its `cmap` table.
 *
 * @param sfnt - a TrueType font, not compressed
 * @see OpenType specification, cmap formats 4 and 12
 */
export function readCharacterMap(sfnt: Buffer): ReadonlySet<number> {
  const cmap = tableOf(sfnt, 'cmap');
  const codePoints = new Set<number>();
  for (let index = 0; index < cmap.readUInt16BE(2); index += 1) {
    const subtable = cmap.subarray(cmap.readUInt32BE(4 + index * 8 + 4));
    const format = subtable.readUInt16BE(0);
    if (format === 4) addSegments(subtable, codePoints);
    if (format === 12) addGroups(subtable, codePoints);
  }
  return codePoints;
}

function tableOf(sfnt: Buffer, tag: string): Buffer {
  for (let index = 0; index < sfnt.readUInt16BE(4); index += 1) {
    const entry = sfnt.subarray(12 + index * 16);
    if (entry.toString('latin1', 0, 4) !== tag) continue;
    const offset = entry.readUInt32BE(8);
    return sfnt.subarray(offset, offset + entry.readUInt32BE(12));
  }
  assert(false, `a font without a ${tag} table`);
}

/** Format 4: segments of the Basic Multilingual Plane. */
function addSegments(subtable: Buffer, codePoints: Set<number>): void {
  const doubledCount = subtable.readUInt16BE(6);
  for (let at = 0; at < doubledCount; at += 2) {
    const last = subtable.readUInt16BE(14 + at);
    const first = subtable.readUInt16BE(16 + doubledCount + at);
    const delta = subtable.readUInt16BE(16 + 2 * doubledCount + at);
    const rangeAt = 16 + 3 * doubledCount + at;
    const range = subtable.readUInt16BE(rangeAt);
    for (let codePoint = first; codePoint <= last && codePoint < 0xffff; codePoint += 1) {
      const listed =
        range === 0 ? codePoint : subtable.readUInt16BE(rangeAt + range + 2 * (codePoint - first));
      const isNotdef = range !== 0 && listed === 0;
      if (!isNotdef && ((listed + delta) & 0xffff) !== 0) codePoints.add(codePoint);
    }
  }
}

/** Format 12: groups of all planes. */
function addGroups(subtable: Buffer, codePoints: Set<number>): void {
  for (let index = 0; index < subtable.readUInt32BE(12); index += 1) {
    const at = 16 + index * 12;
    const first = subtable.readUInt32BE(at);
    const last = subtable.readUInt32BE(at + 4);
    const firstGlyph = subtable.readUInt32BE(at + 8);
    for (let codePoint = first; codePoint <= last; codePoint += 1) {
      if (firstGlyph + codePoint - first !== 0) codePoints.add(codePoint);
    }
  }
}
