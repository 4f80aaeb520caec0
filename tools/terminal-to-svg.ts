// A page of a terminal as an SVG: reads what a program wrote to a terminal and draws one of its frames.
//
//   stty cols 80 rows 44; script -q -c script/demo demo.ansi
//   node tools/terminal-to-svg.ts demo.ansi --showing 19:10: > docs/screens/demo.svg
//
// Knows as much of terminals as our own programs use. A frame ends where synchronized output ends;
// the first one that shows the text is taken, or the last of all.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { widthOf } from '#drill/demo/view/width.ts';

type Style = { readonly ink: string; readonly isBold: boolean };
type Cell = { readonly text: string; readonly columns: number; readonly style: Style };
type Line = (Cell | null)[];

const PAPER = '#FAF8F3';
const INK = '#14161A';
const HAIRLINE = '#2C2E33';
const PLAIN: Style = { ink: PAPER, isBold: false };

const CELL_WIDTH = 9;
const LINE_HEIGHT = 20;
const FONT_SIZE = 15;
const MARGIN = 20;
const BASELINE = 15;
const FONTS =
  "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', monospace";

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const FRAME_END = '\u001b[?2026l';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { showing: { type: 'string' }, columns: { type: 'string', default: '80' } },
});
const [capture = ''] = positionals;
if (capture === '') {
  process.stderr.write('node tools/terminal-to-svg.ts CAPTURE [--showing TEXT] [--columns N]\n');
  process.exit(2);
}
process.stdout.write(
  draw(pageOf(readFileSync(capture, 'utf8'), values.showing), Number(values.columns)),
);

function pageOf(written: string, showing: string | undefined): Line[] {
  const frames = written.split(FRAME_END).slice(0, -1);
  const pages = frames.map((frame) => linesOf(frame.slice(frame.lastIndexOf('\u001b[H') + 3)));
  const found = pages.find((page) => showing !== undefined && textOf(page).includes(showing));
  const page = showing === undefined ? pages.at(-1) : found;
  if (page === undefined) throw new Error(`no frame of ${capture} shows “${showing ?? ''}”`);
  while (page.length > 0 && textOf(page.slice(-1)).trim() === '') page.pop();
  return page;
}

function textOf(page: readonly Line[]): string {
  return page.map((line) => line.map((cell) => cell?.text ?? '').join('')).join('\n');
}

/** Control sequences end with a letter; those that are no style only move what a picture need not. */
function linesOf(frame: string): Line[] {
  let style = PLAIN;
  return frame.split(/\r*\n/).map((written) => {
    const line: Line = [];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is read here
    for (const [part, codes] of written.matchAll(/\u001b\[([?\d;]*)[A-Za-z]|[^\u001b\r]/gu)) {
      if (codes !== undefined) style = part.endsWith('m') ? styled(style, codes) : style;
      else {
        const columns = widthOf(part);
        line.push({ text: part, columns, style });
        if (columns === 2) line.push(null);
      }
    }
    return line;
  });
}

function styled(style: Style, codes: string): Style {
  const numbers = codes.split(';').map(Number);
  if (numbers[0] === 0) return PLAIN;
  if (numbers[0] === 1) return { ...style, isBold: true };
  if (numbers[0] === 22) return { ...style, isBold: false };
  const at = numbers.indexOf(38);
  if (at < 0 || numbers[at + 1] !== 2) return style;
  return { ...style, ink: hex(numbers.slice(at + 2, at + 5)) };
}

function hex(rgb: readonly number[]): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function draw(page: readonly Line[], columns: number): string {
  const width = columns * CELL_WIDTH + 2 * MARGIN;
  const height = page.length * LINE_HEIGHT + 2 * MARGIN;
  const lines = page.map((line, index) => drawLine(line, MARGIN + index * LINE_HEIGHT));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" rx="6" fill="${INK}" stroke="${HAIRLINE}"/>`,
    `<g font-family="${FONTS}" font-size="${FONT_SIZE}" xml:space="preserve">`,
    ...lines,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawLine(line: Line, top: number): string {
  const parts: string[] = [];
  let run: { at: number; cells: Cell[] } = { at: 0, cells: [] };
  const flush = () => {
    if (run.cells.some((cell) => cell.text.trim() !== '')) parts.push(drawRun(run, top));
    run = { at: 0, cells: [] };
  };
  line.forEach((cell, at) => {
    if (cell === null) return;
    const block = drawBlock(cell, MARGIN + at * CELL_WIDTH, top);
    if (block !== null) {
      flush();
      parts.push(block);
      return;
    }
    const [first] = run.cells;
    const isSame = first?.style === cell.style && first.columns === cell.columns;
    if (!isSame || cell.text === ' ') flush();
    if (cell.text === ' ') return;
    if (run.cells.length === 0) run.at = at;
    run.cells.push(cell);
  });
  flush();
  return parts.join('');
}

/** `textLength` keeps each run on its columns, whichever font the viewer has. */
function drawRun({ at, cells }: { at: number; cells: readonly Cell[] }, top: number): string {
  const { ink, isBold } = cells[0]?.style ?? PLAIN;
  const columns = cells.reduce((sum, cell) => sum + cell.columns, 0);
  const text = cells.map((cell) => ESCAPED[cell.text] ?? cell.text).join('');
  const x = MARGIN + at * CELL_WIDTH;
  const weight = isBold ? ' font-weight="700"' : '';
  return `<text x="${x}" y="${top + BASELINE}" textLength="${columns * CELL_WIDTH}" lengthAdjust="spacingAndGlyphs" fill="${ink}"${weight}>${text}</text>`;
}

/** Blocks are drawn, not written: fonts disagree about where they end. */
function drawBlock({ text, style }: Cell, x: number, top: number): string | null {
  const rect = (left: number, from: number, width: number, height: number) =>
    `<rect x="${x + left}" y="${top + from}" width="${width}" height="${height}" fill="${style.ink}"/>`;
  const rising = '▁▂▃▄▅▆▇█'.indexOf(text) + 1;
  if (text === '█') return rect(0, 3, CELL_WIDTH, LINE_HEIGHT - 6);
  if (rising > 0) return rect(0, LINE_HEIGHT - 2 - rising * 2, CELL_WIDTH - 1, rising * 2);
  const filling = '▏▎▍▌▋▊▉'.indexOf(text) + 1;
  if (filling > 0) return rect(0, 3, (filling * CELL_WIDTH) / 8, LINE_HEIGHT - 6);
  if (text === '▪' || text === '▫') return rect(2, 8, 6, 6);
  return null;
}
