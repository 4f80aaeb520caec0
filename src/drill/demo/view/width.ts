// Text in the columns of a terminal: Chinese characters take two.
import { stripVTControlCharacters } from 'node:util';

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;

export function widthOf(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += WIDE.test(character) ? 2 : 1;
  return width;
}

export function left(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function right(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** What fits, without styling in it. */
export function cut(text: string, width: number): string {
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += WIDE.test(character) ? 2 : 1;
    if (used > width) return kept;
    kept += character;
  }
  return kept;
}

export function count(n: number): string {
  return n.toLocaleString('en');
}
