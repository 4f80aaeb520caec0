// docs/benchmarks-sales.md has a part for each thing that is measured; a bench writes its own and leaves the others.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../../docs/benchmarks-sales.md', import.meta.url);
const HEADING = /^## /m;

/** @param part - what stands under its heading */
export function writePart(heading: string, part: string): void {
  const [intro = '', ...parts] = readFileSync(FILE, 'utf8').split(HEADING);
  const own = `${heading}\n\n${part.trim()}\n\n`;
  const at = parts.findIndex((text) => text.startsWith(`${heading}\n`));
  if (at === -1) parts.push(own);
  else parts[at] = own;
  writeFileSync(FILE, `${[intro, ...parts].join('## ').trimEnd()}\n`);
}
